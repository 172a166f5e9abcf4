/** What one exchange has changed, and what its answer shows, against the rules of its client. */
import { type Change, SENTINEL, unpackKey } from '../../../src/index.js';
import type { SyncRequest, SyncResponse } from '../../../src/sync/protocol.js';
import type { HiddenRow } from '../../../src/sync/site.js';
import type { Row, Rules, State } from './rules.js';
import { KEYS } from './schema.js';

export interface Exchange {
  readonly rules: Rules;
  readonly before: State;
  readonly after: State;
  /** What the feed of the server has got by it. */
  readonly news: readonly Change[];
  readonly request: SyncRequest;
  /** Undefined if it was refused. */
  readonly response: SyncResponse | undefined;
  /** Rows of which the client has ever sent something. */
  readonly sent: ReadonlySet<string>;
}

export const keyText = (pk: Uint8Array) => unpackKey(pk).map(String).join(' ');
export const rowText = ({ table, pk }: HiddenRow) => `${table} ${Buffer.from(pk).toString('hex')}`;

/** @returns what the client must not have done or learnt. */
export function violations(exchange: Exchange): string[] {
  const found = [...changedRows(exchange), ...changedClocks(exchange)];
  return exchange.response === undefined
    ? found
    : [...found, ...shown(exchange, exchange.response)];
}

/** Each row that has changed met the conditions before and after, and its read-only columns are as they were. */
export function changedRows({
  rules,
  before,
  after,
}: Pick<Exchange, 'rules' | 'before' | 'after'>): string[] {
  const found: string[] = [];
  for (const [table, rows] of after) {
    const old = before.get(table) ?? new Map();
    for (const key of new Set([...rows.keys(), ...old.keys()])) {
      const [was, is] = [old.get(key), rows.get(key)];
      if (JSON.stringify(was) === JSON.stringify(is)) continue;
      const name = `${table} ${key}`;
      const rule = rules.get(table);
      if (rule === undefined) {
        found.push(`${name} has changed, and its table is not listed`);
        continue;
      }
      if (was && !rule.writes(was, before)) found.push(`${name} was not the client's to change`);
      // A condition on other tables is that of the state in which the rows were merged.
      if (is && !rule.writes(is, before) && !rule.writes(is, after))
        found.push(`${name} is not the client's now`);
      if (is === undefined) continue;
      for (const column of rule.readOnly) {
        const isDefault = is[column] === null || is[column] === 0;
        if (is[column] !== was?.[column] && !isDefault)
          found.push(`${name}.${column} is read-only`);
      }
    }
  }
  return found;
}

/** The bookkeeping got nothing either: no version, no tombstone, no share of a counter. */
function changedClocks({ rules, before, after, news, request }: Exchange): string[] {
  return news.flatMap(({ table, pk, cid, cl }) => {
    const rule = rules.get(table);
    const key = keyText(pk);
    const name = `${table} ${key} ${cid}`;
    if (rule === undefined) return [`${name} is new, and its table is not listed`];
    const [was, is] = [before.get(table)?.get(key), after.get(table)?.get(key)];
    if (rule.readOnly.includes(cid)) {
      // With a row that is deleted and made again, a cell falls to the version of a former life.
      return was !== undefined && is !== undefined && cl === 1 ? [`${name} is read-only`] : [];
    }
    if (was !== undefined) return rule.writes(was, before) ? [] : [`${name} is new: not its row`];
    if (is !== undefined) {
      const isIts = rule.writes(is, before) || rule.writes(is, after);
      return isIts ? [] : [`${name} is new in a row that is not the client's`];
    }
    // Of a row that was not here and is not: a delete, which needs a right to every row, or to the row as it was made.
    const made = madeRow(request, { table, pk });
    const isIts = rule.writesAll || (made !== undefined && rule.writes(made, before));
    return isIts ? [] : [`${name} is new, and the row is not here`];
  });
}

/** The row that a push makes, if its delete waits already. */
function madeRow({ push }: SyncRequest, row: HiddenRow): Row | undefined {
  const ofRow = (push?.changes ?? []).filter((change) => rowText(change) === rowText(row));
  const lives = ofRow.map(({ cl }) => cl).filter((cl) => cl % 2 === 1);
  if (lives.length === 0) return undefined;
  const cells = ofRow.filter(({ cl, cid }) => cl === Math.max(...lives) && cid !== SENTINEL);
  const keys = KEYS[row.table]!.map((name, i) => [name, unpackKey(row.pk)[i]]);
  const absent = ['owner', 'org', 'secret', 'role'].map((name) => [name, null]);
  return Object.fromEntries([...absent, ...keys, ...cells.map(({ cid, val }) => [cid, val])]);
}

function shown(
  { rules, before, after, request, sent }: Exchange,
  response: SyncResponse,
): string[] {
  const found: string[] = [];
  const rowOf = ({ table, pk }: HiddenRow, state = after) => state.get(table)?.get(keyText(pk));
  const seesRow = (row: HiddenRow, state = after) => {
    const is = rowOf(row, state);
    return is !== undefined && rules.get(row.table)?.sees(is, state) === true;
  };
  // The push may bring what a condition on other tables depends on; then the client begins again under another scope.
  const seesBefore = (row: HiddenRow) => seesRow(row, before);
  const { pulled, refused = [], rejected = [], tooLarge = [], gone = [] } = response;
  for (const change of pulled?.changes ?? []) {
    const name = `${change.table} ${keyText(change.pk)} ${change.cid}`;
    const isDelete = change.cid === SENTINEL && change.cl % 2 === 0;
    if (rules.get(change.table)?.reads !== true)
      found.push(`${name} is of a table that is not read`);
    else if (!isDelete && !seesRow(change)) found.push(`${name} was pulled, and is hidden`);
    else if (isDelete && rowOf(change) !== undefined) found.push(`${name} was pulled, and lives`);
  }
  for (const row of pulled?.hidden ?? []) {
    const rule = rules.get(row.table);
    if (rule?.reads !== true || !rule.names)
      found.push(`${row.table} ${keyText(row.pk)} was named`);
    if (seesRow(row)) found.push(`${row.table} ${keyText(row.pk)} was named as hidden, and is not`);
  }
  for (const row of [...refused, ...rejected]) {
    if (!sent.has(rowText(row)))
      found.push(`${row.table} ${keyText(row.pk)} was refused, and never sent`);
  }
  for (const { drop, ...row } of refused) {
    if (drop && seesRow(row) && seesBefore(row))
      found.push(`${row.table} ${keyText(row.pk)} is to be dropped, and visible`);
  }
  for (const row of tooLarge) {
    if (!seesRow(row)) found.push(`${row.table} ${keyText(row.pk)} is too large, and hidden`);
  }
  const probed = new Set((request.probe ?? []).map(rowText));
  for (const row of gone) {
    if (!probed.has(rowText(row))) found.push(`${row.table} ${keyText(row.pk)} is gone, unasked`);
  }
  return found;
}
