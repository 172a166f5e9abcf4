import { GUARD_TABLE, SITE_TABLE } from '../sql/names.js';

/** Results of SQLite that one row of a batch may be to blame for: by name, and by number. */
const FAULTS = /SQLITE_(CONSTRAINT|MISMATCH|TOOBIG)/;
const FAULT_NUMBERS = [19, 20, 18];
/** The same in SQLite's words, for drivers that give nothing else, and for expressions that fail for a value. */
const FAULTS_IN_WORDS =
  /constraint failed|cannot store \w+ value in|datatype mismatch|string or blob too big|malformed JSON|bad JSON path|integer overflow/;
/** What drivers put around SQLite's words, some of them twice. */
const BEFORE = /^((SQLITE_\w+|SQLite \w+|D1_ERROR|Error|Runtime error): )+/;
const AFTER = /(: SQLITE_\w+.*| \(\d+\))$/;
/** What the bookkeeping itself raises. */
const OF_BOOKKEEPING = new RegExp(`drizzle-crr: |__crr_|\\b(${GUARD_TABLE}|${SITE_TABLE})\\b`);

/** The reason is kept for each rejected change. */
const MAX_REASON = 300;

/**
 * Why the database rejects a row: it breaks a constraint, or a trigger of the application refuses it. SQLite
 * does not report which row it was.
 *
 * @returns the database's own words, which name columns and constraints and no values; undefined if the error
 * has another cause.
 */
export function rowFault(error: unknown): string | undefined {
  const chain: (Error & { readonly code?: unknown; readonly errcode?: unknown })[] = [];
  for (let e = error; e instanceof Error; e = e.cause) chain.push(e);
  const messages = chain.map(({ message }) => message);
  if (OF_BOOKKEEPING.test(messages.join('\n'))) return undefined;
  const isFault = chain.some(
    ({ code, errcode, message }) =>
      FAULTS.test(`${code} ${message}`) ||
      FAULT_NUMBERS.includes(Number(errcode) & 0xff) ||
      FAULTS_IN_WORDS.test(message),
  );
  if (!isFault) return undefined;
  const reason = messages.at(-1)!.replace(BEFORE, '').replace(AFTER, '').trim();
  return (reason || 'the database rejected the row').slice(0, MAX_REASON);
}
