import { formerVersionSql } from '../../columns/wire-version.js';
import type { ReplicatedColumnSpec, TableSpec } from '../../model/table-spec.js';
import { cellTable, clockTable, keyOf, NEUTRAL_ORDINAL, STATE_TABLE } from '../../sql/names.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import { cellClock, clockKeys, DB_VERSION } from './clock-table.js';
import { seqWidth } from './write-triggers.js';

/** Seqs come from the rowid; with this many bits of it, times a table's width, they stay below 2^53. */
const ROWID_BITS = 2 ** 41 - 1;

/**
 * Gives a clock to every base row that has none, as if this site had written them all in one
 * transaction: rows that were there before the table became a CRR, or were written while its
 * triggers were missing. Rows deleted or created again meanwhile are stamped so too. Set-based, and
 * nothing happens where every row has its clock.
 */
export function backfillStatements(spec: TableSpec): string[] {
  const clock = quoteName(clockTable(spec.name));
  const keys = clockKeys(spec);
  const baseKeys = spec.key.map(({ name }) => `b.${quoteName(name)}`);
  const matches = keys.map((key, i) => `k.${key} = ${baseKeys[i]}`).join(' AND ');
  const missing = `NOT EXISTS (SELECT 1 FROM ${clock} AS k WHERE ${matches})`;
  const block = `(b.${rowidOf(spec)} & ${ROWID_BITS}) * ${seqWidth(spec)}`;
  // The state comes by queries of its own: the base table may have columns called site or seq.
  const state = (column: string) => `(SELECT ${column} FROM ${STATE_TABLE})`;
  // Only a table without cells needs sentinels to tell its rows to others.
  const stamp = `'@' || ${state("db_version || ':' || site")} || ':' || (${block})`;
  const sentinel = spec.clockColumns.length === 0 ? stamp : 'NULL';
  // Written out: a clock column that was added later has NO_CLOCK for its default.
  const cells = spec.clockColumns.map(({ name }) => cellClock(name));
  const columns = [...keys, 'cl, dbv, v0, s0, q0, l', ...cells].join(', ');
  const values = [
    ...baseKeys,
    `1, ${state('db_version')}, 1, ${state('site')}, ${block} + 1, ${sentinel}`,
    ...cells.map(() => 'NULL'),
  ].join(', ');
  return [
    `UPDATE ${STATE_TABLE} SET db_version = db_version + 1 WHERE EXISTS (SELECT 1 FROM ${quoteName(spec.name)} AS b WHERE ${missing})`,
    // Before the clocks are there, which end what is missing.
    ...spec.cellColumns.map((column, i) => {
      const seq = `${block} + ${spec.clockColumns.length + i + 1}`;
      return `${neutralCells(spec, column, DB_VERSION, seq)} FROM ${quoteName(spec.name)} AS b WHERE ${holdsValue(column)} AND ${missing}`;
    }),
    // In the key's order both indexes grow at their ends, and nothing has to be sorted or numbered.
    `INSERT INTO ${clock} (${columns}) SELECT ${values} FROM ${quoteName(spec.name)} AS b WHERE true ORDER BY ${baseKeys.join(', ')} ON CONFLICT DO NOTHING`,
  ];
}

/** A name for the rowid that no column of the table has taken. */
function rowidOf(spec: TableSpec): string {
  const taken = new Set(
    [...spec.key, ...spec.clockColumns, ...spec.cellColumns].map(({ name }) => name.toLowerCase()),
  );
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
  const sentinel = `l = '@' || st.db_version || ':' || st.site || ':0'`;
  const forget = spec.clockColumns.map(({ name }) => `${cellClock(name)} = NULL`);
  const settle = (row: readonly string[], where: string) =>
    `UPDATE ${clock} SET ${['cl = cl + 1', 'dbv = st.db_version', ...row, sentinel, ...forget].join(', ')} FROM ${STATE_TABLE} AS st WHERE ${where}`;
  return [
    `UPDATE ${STATE_TABLE} SET db_version = db_version + 1 WHERE EXISTS (SELECT 1 FROM ${clock} WHERE ${gone} OR ${risen})`,
    settle(['v0 = 0', 'd0 = NULL', 's0 = NULL', 'q0 = NULL'], gone),
    // A row that the statement above buried has no base row, so it does not rise here.
    settle(['v0 = 1', 'd0 = NULL', 's0 = st.site', 'q0 = 1'], risen),
    ...spec.cellColumns.map((column) => risenCells(spec, column)),
  ];
}

/** A row that rose has no cells, whatever its site columns show. */
function risenCells(spec: TableSpec, column: ReplicatedColumnSpec): string {
  const keys = clockKeys(spec);
  const rows = spec.key.map(({ name }, i) => `k.${keys[i]} = b.${quoteName(name)}`).join(' AND ');
  const sameCell = keys.map((key) => `x.${key} = k.${key}`).join(' AND ');
  const bare = `NOT EXISTS (SELECT 1 FROM ${quoteName(cellTable(spec.name))} AS x WHERE ${sameCell} AND x.col = ${quoteText(column.name)})`;
  const risen = `k.cl % 2 = 1 AND k.dbv = ${DB_VERSION} AND k.l = (SELECT '@' || db_version || ':' || site || ':0' FROM ${STATE_TABLE})`;
  return `${neutralCells(spec, column, DB_VERSION, '0')} FROM ${quoteName(spec.name)} AS b JOIN ${quoteName(clockTable(spec.name))} AS k ON ${rows} WHERE ${risen} AND ${holdsValue(column)} AND ${bare}`;
}

/**
 * The head of an INSERT that puts what a base column (of `b`) shows into the cell of no site: every
 * site finds that value for itself, so it must not count once for each.
 */
export function neutralCells(
  spec: TableSpec,
  column: ReplicatedColumnSpec,
  dbVersion: string,
  seq: string,
  {
    site = NEUTRAL_ORDINAL,
    version = formerVersionSql(column.kind, '1'),
  }: { readonly site?: number; readonly version?: string } = {},
): string {
  const keys = spec.key.map(({ name }) => `b.${quoteName(name)}`).join(', ');
  return `INSERT INTO ${quoteName(cellTable(spec.name))} (${clockKeys(spec).join(', ')}, col, site, ver, val, dbv, seq) SELECT ${keys}, ${quoteText(column.name)}, ${site}, ${version}, b.${quoteName(column.name)}, ${dbVersion}, ${seq}`;
}

/** Whether a base column (of `b`) holds something to put into a cell. */
export function holdsValue({ name, kind }: ReplicatedColumnSpec): string {
  const value = `b.${quoteName(name)}`;
  return kind.type === 'counter' ? `(typeof(${value}) = 'integer' AND ${value} <> 0)` : 'true';
}
