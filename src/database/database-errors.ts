import { COUNTER_OVERFLOW } from '../columns/counter/write.js';
import { CrrChangeError, CrrDatabaseError } from '../errors.js';
import { GUARD_TABLE } from '../sql/names.js';
import { GROW_ONLY } from '../tables/clock/grow-only.js';
import { GUARDS } from '../tables/guard/table.js';
import { PRUNED } from '../tables/log/as-of.js';

/** Whether a batch failed because the site ordinals that this process knows are out of date. */
export function isStale(error: unknown): boolean {
  return messages(error).includes(GUARDS.stale) || /UNIQUE.*crr_site/.test(messages(error));
}

/** Whether a batch failed because a row is outside of the condition of its source. */
export function isRowRefused(error: unknown): boolean {
  return messages(error).includes(ROW_REFUSED);
}

/** Whether a batch failed because another database has pushed under the same site id. */
export function isCopied(error: unknown): boolean {
  return messages(error).includes(GUARDS.copied);
}

/** Whether a batch failed because its sender does not know of deletes that were forgotten here. */
export function isForgotten(error: unknown): boolean {
  return messages(error).includes(GUARDS.forgotten);
}

const ROW_REFUSED = `NOT NULL constraint failed: ${GUARD_TABLE}.reason`;

/**
 * Turns what the generated SQL raises into errors with a remedy; others pass unchanged. Writes
 * outside transactions and batches go to the driver directly, and raise the driver's own errors.
 *
 * @example
 * await db.update(posts).set({ views: 1.5 }).catch((error) => {
 *   throw explainError(error); // CrrDatabaseError, CRR_DATABASE_COUNTER_TYPE
 * });
 */
export function explain(error: unknown): unknown {
  const text = messages(error);
  if (text.includes(GUARDS.forged)) {
    return new CrrChangeError(
      'CRR_CHANGE_FORGED',
      'a change claims to be written here with a version that this database never issued: either the sender lies, or this database is a copy or a restored backup of another that still writes. Give it an identity of its own with $crr.rotateSiteId()',
    );
  }
  if (text.includes(GUARDS.deep)) {
    return new CrrDatabaseError(
      'CRR_DATABASE_REFERENCES_TOO_DEEP',
      'rows refer to rows that refer to rows, more levels than can be followed when the first of them is deleted: nothing was written',
      { cause: error },
    );
  }
  if (text.includes(GUARDS.incomplete)) {
    return new CrrChangeError(
      'CRR_CHANGE_INCOMPLETE_ROW',
      "a new row lacks a NOT NULL column without default, and onUnknown is 'error': send all of the row's changes in one batch, or let it wait with onUnknown: 'pending'",
    );
  }
  const counter = /drizzle-crr: ("[^\n]*") (is a counter and [a-z0-9 -]+)/.exec(text);
  if (counter) {
    const overflow = text.includes(COUNTER_OVERFLOW);
    return new CrrDatabaseError(
      overflow ? 'CRR_DATABASE_COUNTER_OVERFLOW' : 'CRR_DATABASE_COUNTER_TYPE',
      `${counter[1]} ${counter[2]}: nothing was written`,
      { cause: error },
    );
  }
  const growOnly = new RegExp(`drizzle-crr: ("[^\\n]*") ${GROW_ONLY}: ([a-z ]+)`).exec(text);
  if (growOnly) {
    return new CrrDatabaseError(
      'CRR_DATABASE_GROW_ONLY',
      `table ${growOnly[1]} is grow-only, so ${growOnly[2]}: nothing was written`,
      { cause: error },
    );
  }
  const lost = new RegExp(`${PRUNED}([^\\n]*), up to db_version (\\d+)`).exec(text);
  if (lost) return prunedError(`asOf(): "${lost[1]}"`, Number(lost[2]), { cause: ofDriver(error) });
  const missing = /no such table: ("?)(?:main\.)?([^\n]*__crr_[a-z_]+|crr_[a-z]+)\1/.exec(text);
  if (missing) {
    return new CrrDatabaseError(
      'CRR_DATABASE_NOT_INSTALLED',
      `the database has no table ${missing[2]}: run the migrations that drizzle-crr generate wrote (in a browser: give openSharedDatabase() those of drizzle-crr bundle); without such migrations, call db.$crr.install() after creating the tables`,
      { cause: error },
    );
  }
  return error;
}

/** What is asked for is in the past of a table that was pruned. */
export const prunedError = (what: string, horizon: number, options?: ErrorOptions) =>
  new CrrDatabaseError(
    'CRR_HISTORY_PRUNED',
    `${what} has a history that was pruned up to db_version ${horizon}, so what was before is not known here any more: ask for that version or a later one`,
    options,
  );

/** Runs it; an error that the generated SQL raised is explained. */
export async function explained<T>(run: () => T): Promise<Awaited<T>> {
  try {
    return await run();
  } catch (error) {
    throw explain(error);
  }
}

/** {@link explained} for what answers at once. */
export function explainedNow<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw explain(error);
  }
}

/** The error that Drizzle has wrapped in one with the whole statement. */
function ofDriver(error: unknown): unknown {
  let last = error;
  while (last instanceof Error && last.cause instanceof Error) last = last.cause;
  return last;
}

/** The messages of an error and its causes: Drizzle wraps the driver's. */
export function messages(error: unknown): string {
  const found: string[] = [];
  for (let e = error; e instanceof Error; e = e.cause) found.push(unquoted(e.message));
  return found.join('\n');
}

/** An embedded replica of libSQL gives its primary's message as a string literal. */
const unquoted = (message: string) =>
  message.includes('RemoteSqliteFailure(') ? message.replaceAll('\\"', '"') : message;
