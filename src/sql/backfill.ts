import type { TableSpec } from '../schema/table-spec.js';
import { cellColumns } from './clock-table.js';
import { clockTable, keyOf, STATE_TABLE } from './names.js';
import { quoteName } from './quote.js';
import { seqWidth } from './write-triggers.js';

/** Seqs come from the rowid; with this many bits of it, times a table's width, they stay below 2^53. */
const ROWID_BITS = 2 ** 41 - 1;

/**
 * Gives a clock to every base row that has none, as if this site had written them all in one
 * transaction: rows that were there before the table became a CRR, or were written while its
 * triggers were missing. Set-based, and nothing happens where every row has its clock.
 */
export function backfillStatements(spec: TableSpec): string[] {
  const clock = quoteName(clockTable(spec.name));
  const keys = spec.key.map(({ name }) => quoteName(keyOf(name)));
  const baseKeys = spec.key.map(({ name }) => `b.${quoteName(name)}`);
  const matches = keys.map((key, i) => `k.${key} = ${baseKeys[i]}`).join(' AND ');
  const missing = `NOT EXISTS (SELECT 1 FROM ${clock} AS k WHERE ${matches})`;
  const width = seqWidth(spec);
  // Only a table without cells needs sentinels to tell its rows to others.
  const block = `(b.${rowidOf(spec)} & ${ROWID_BITS}) * ${width}`;
  const sentinel = spec.columns.length === 0 ? `db_version, site, ${block}` : 'NULL, NULL, NULL';
  // Written out: a clock column that was added later has -1, "no clock", for its default.
  const versions = spec.columns.map(({ name }) => cellColumns(name)[0]);
  const columns = [...keys, 'cl, dbv, v0, d0, s0, q0, dl, sl, ql', ...versions].join(', ');
  const values = [
    ...baseKeys,
    `1, db_version, 1, db_version, site, ${block} + 1, ${sentinel}`,
    ...versions.map(() => 'NULL'),
  ].join(', ');
  return [
    `UPDATE ${STATE_TABLE} SET db_version = db_version + 1 WHERE EXISTS (SELECT 1 FROM ${quoteName(spec.name)} AS b WHERE ${missing})`,
    // In the key's order both indexes grow at their ends, and nothing has to be sorted or numbered.
    `INSERT INTO ${clock} (${columns}) SELECT ${values} FROM ${quoteName(spec.name)} AS b, ${STATE_TABLE} WHERE true ORDER BY ${baseKeys.join(', ')} ON CONFLICT DO NOTHING`,
  ];
}

/** A name for the rowid that no column of the table has taken. */
function rowidOf(spec: TableSpec): string {
  const taken = new Set([...spec.key, ...spec.columns].map(({ name }) => name.toLowerCase()));
  return ['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name)) ?? 'rowid';
}

/**
 * Makes clocks and rows agree on which rows live, as if this site had deleted and created them in one
 * transaction: rows were deleted, or created over a tombstone, while the triggers were missing.
 */
export function settleStatements(spec: TableSpec): string[] {
  const clock = quoteName(clockTable(spec.name));
  const matches = spec.key
    .map(({ name }) => `b.${quoteName(name)} = ${clock}.${quoteName(keyOf(name))}`)
    .join(' AND ');
  const present = `EXISTS (SELECT 1 FROM ${quoteName(spec.name)} AS b WHERE ${matches})`;
  const gone = `cl % 2 = 1 AND NOT ${present}`;
  const risen = `cl % 2 = 0 AND ${present}`;
  const sentinel = ['dl = st.db_version', 'sl = st.site', 'ql = 0'];
  const forget = spec.columns
    .flatMap(({ name }) => cellColumns(name))
    .map((name) => `${name} = NULL`);
  const settle = (row: readonly string[], where: string) =>
    `UPDATE ${clock} SET ${['cl = cl + 1', 'dbv = st.db_version', ...row, ...sentinel, ...forget].join(', ')} FROM ${STATE_TABLE} AS st WHERE ${where}`;
  return [
    `UPDATE ${STATE_TABLE} SET db_version = db_version + 1 WHERE EXISTS (SELECT 1 FROM ${clock} WHERE ${gone} OR ${risen})`,
    settle(['v0 = -1', 'd0 = NULL', 's0 = NULL', 'q0 = NULL'], gone),
    // A row that the statement above buried has no base row, so it does not rise here.
    settle(['v0 = 1', 'd0 = st.db_version', 's0 = st.site', 'q0 = 1'], risen),
  ];
}
