import { affinityOf, type ColumnSpec, type TableSpec } from '../../model/table-spec.js';
import { cellOf, clockIndex, clockTable, keyOf, STATE_TABLE } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';

/**
 * The clock table of a CRR: one wide row per base row, kept after the base row is deleted.
 *
 *     key            rowid; where the base key is an INTEGER PRIMARY KEY, that key itself
 *     k_<key>        the base row's key
 *     cl             causal length: odd = alive, even = deleted
 *     dbv            greatest db_version of any cell, indexed: what readers scan
 *     v0             version of the cells written with the row as a whole; 0 = there are none
 *     d0, s0, q0     db_version, site ordinal and first column's seq of that write; d0 NULL = dbv
 *     l              stamp of the sentinel; NULL = none is stored
 *     x_<column>     clock of a cell that was written alone; NULL = it goes with the row
 *
 * A stamp is the text `@db_version:site:seq`. A cell's clock is `n` or `n` with a stamp: its version
 * is v0 + n, and it was stamped so unless the row was written as a whole later. That makes a new
 * row cost a few bytes, and writing a row anew (INSERT OR REPLACE raises every version) the same
 * whatever the number of columns. `NO_CLOCK`, or NULL where v0 is 0, means that nobody ever wrote
 * the cell: it is in no change feed and any version beats it.
 *
 * On a tombstone d0 is set when the row was alive before the delete was applied.
 */
export function clockTableStatements(spec: TableSpec): string[] {
  const table = quoteName(clockTable(spec.name));
  const keys = clockKeys(spec);
  const ownKey = hasRowidKey(spec);
  // No constraints but the key's, and not STRICT: any other would make SQLite keep a journal of each
  // statement that fires a trigger. A key column keeps the base column's affinity, so that equality
  // and indexes behave alike.
  const columns = [
    ...(ownKey ? [`${keys[0]} INTEGER PRIMARY KEY`] : ['key INTEGER PRIMARY KEY']),
    ...(ownKey ? [] : spec.key.map((column, i) => `${keys[i]} ${columnType(column)} NOT NULL`)),
    'cl INTEGER, dbv INTEGER',
    'v0 INTEGER, d0 INTEGER, s0 INTEGER, q0 INTEGER',
    'l TEXT',
    ...spec.clockColumns.map(({ name }) => `${cellClock(name)} TEXT`),
    ...(ownKey ? [] : [`UNIQUE (${keys.join(', ')})`]),
  ];
  return [
    `CREATE TABLE IF NOT EXISTS ${table} (\n  ${columns.join(',\n  ')}\n)`,
    `CREATE INDEX IF NOT EXISTS ${quoteName(clockIndex(spec.name))} ON ${table} (dbv)`,
  ];
}

/** Clock of a cell that nobody ever wrote: so low that no v0 lifts it to a version. */
export const NO_CLOCK = "'-9000000000000000'";

/** Adds a column's clocks in O(1): rows that are there get "no clock", not a version. */
export function addClockColumnStatement(spec: TableSpec, column: string): string {
  return `ALTER TABLE ${quoteName(clockTable(spec.name))} ADD COLUMN ${cellClock(column)} TEXT DEFAULT ${NO_CLOCK}`;
}

/** Whether the base key is the rowid itself, so that the clock's rowid can be the same number. */
export function hasRowidKey(spec: TableSpec): boolean {
  return spec.key.length === 1 && spec.key[0]!.sqlType.toLowerCase() === 'integer';
}

/** The clock column that orders rows of one db_version. */
export function clockRowid(spec: TableSpec): string {
  return hasRowidKey(spec) ? quoteName(keyOf(spec.key[0]!.name)) : 'key';
}

/** The quoted key columns of the clock table, and of the gate. */
export function clockKeys(spec: TableSpec): string[] {
  return spec.key.map(({ name }) => quoteName(keyOf(name)));
}

/** The quoted clock column of a cell. */
export function cellClock(column: string): string {
  return quoteName(cellOf(column));
}

/** Version of a cell from its clock: negative where it has none. `row` is an alias with its dot. */
export function cellVersionSql(column: string, row = ''): string {
  return `${row}v0 + ifnull(CAST(${row}${cellClock(column)} AS INTEGER), -(${row}v0 = 0))`;
}

/** A stamp of a local write; `seq` is SQL. To be selected from crr_state. */
export function stampSql(seq: string): string {
  return `'@' || db_version || ':' || site || ':' || (${seq})`;
}

/** The db_version of now, inside a trigger. */
export const DB_VERSION = `(SELECT db_version FROM ${STATE_TABLE})`;

/** A type with the affinity of the base column's, whatever the user called it. */
export function columnType(column: ColumnSpec): string {
  const affinity = affinityOf(column.sqlType);
  return affinity === 'blob' ? 'BLOB' : affinity.toUpperCase();
}
