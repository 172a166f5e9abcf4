import { affinityOf, isRowidType } from '../../model/declared-type.js';
import type { ColumnSpec, TableSpec } from '../../model/table-spec.js';
import type { SqlValue } from '../../model/value.js';
import { list, statementText } from '../../sql/layout.js';
import { clockIndex, clockOf, clockTable, keyOf } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { bindValue } from '../../sql/statement.js';

/**
 * The clock table of a CRR: one wide row per base row, kept after the base row is deleted.
 *
 *     row_id            rowid; if the base key is an INTEGER PRIMARY KEY, that key itself
 *     key_<key>         the base row's key
 *     causal_length     odd = alive, even = deleted
 *     db_version        greatest db_version of any cell, indexed: what readers scan
 *     row_version       version of the cells written with the row as a whole; 0 = there are none
 *     row_db_version, row_site, row_seq
 *                       db_version, site ordinal and first column's seq of that write; row_db_version
 *                       NULL = db_version
 *     sentinel          stamp of the sentinel; NULL = none is stored
 *     clock_<column>    clock of a cell that was written alone; NULL = it goes with the row
 *
 * A stamp is the text `@db_version:site:seq`. A cell's clock is `n` or `n` with a stamp: its version
 * is row_version + n, and it was stamped so unless the row was written as a whole later. That makes a new
 * row cost a few bytes, and writing a row again (INSERT OR REPLACE raises every version) costs the same
 * whatever the number of columns. See clock.ts for both texts.
 *
 * On a tombstone row_db_version is set if the row was alive before the delete was applied. The clock row of a
 * row that was evicted has db_version 0; see ../evict.ts.
 */
export function clockTableStatements(spec: TableSpec): string[] {
  const table = quoteName(clockTable(spec.name));
  const keys = clockKeys(spec);
  const ownKey = hasRowidKey(spec);
  // No constraints but the key's, and not STRICT: any other would make SQLite keep a journal of each
  // statement that fires a trigger. A key column keeps the base column's affinity, so that equality
  // and indexes behave alike.
  const columns = [
    ...(ownKey ? [`${keys[0]} INTEGER PRIMARY KEY`] : ['row_id INTEGER PRIMARY KEY']),
    ...(ownKey ? [] : spec.key.map((column, i) => `${keys[i]} ${columnType(column)} NOT NULL`)),
    'causal_length INTEGER',
    'db_version INTEGER',
    'row_version INTEGER',
    'row_db_version INTEGER',
    'row_site INTEGER',
    'row_seq INTEGER',
    'sentinel TEXT',
    ...spec.clockColumns.map(({ name }) => `${cellClock(name)} TEXT`),
    ...(ownKey ? [] : [`UNIQUE (${keys.join(', ')})`]),
  ];
  return [
    statementText`
      CREATE TABLE IF NOT EXISTS ${table} (
        ${list(columns)}
      )`,
    clockIndexStatement(spec),
  ];
}

/** An alias for the clock row beside the base table, which may itself be called "clock". No user's table can have this name. */
export const CLOCK = 'crr_clock';

/** SQL conditions: its row is alive, or dead. */
export const IS_ALIVE = `${CLOCK}.causal_length % 2 = 1`;
export const IS_DEAD = `${CLOCK}.causal_length % 2 = 0`;

/** The quoted clock table. */
export const clock = (spec: TableSpec) => quoteName(clockTable(spec.name));

/** The index that readers scan. */
export function clockIndexStatement({ name }: TableSpec): string {
  return `CREATE INDEX IF NOT EXISTS ${quoteName(clockIndex(name))} ON ${quoteName(clockTable(name))} (db_version)`;
}

/** Whether the base key is the rowid itself, so that the clock's rowid can be the same number. */
export function hasRowidKey(spec: TableSpec): boolean {
  return spec.key.length === 1 && isRowidType(spec.key[0]!.sqlType);
}

/** The clock column that orders rows of one db_version. */
export function clockRowid(spec: TableSpec): string {
  return hasRowidKey(spec) ? quoteName(keyOf(spec.key[0]!.name)) : 'row_id';
}

/** The quoted key columns of clock table, cell table and gates. */
export function clockKeys(spec: TableSpec): string[] {
  return spec.key.map(({ name }) => quoteName(keyOf(name)));
}

/** SQL conditions on the key columns of clock table, cell table and rows aside. What must be bound is pushed to `args`. */
export function clockKeyIs(spec: TableSpec, key: readonly SqlValue[], args: SqlValue[]): string[] {
  return clockKeys(spec).map((column, i) => `${column} = ${bindValue(key[i]!, args)}`);
}

/** SQL condition: the clock row `clock` is that of the base row `base` (aliases; empty = the only table). */
export function sameRow(spec: TableSpec, clock: string, base: string): string {
  const dot = (alias: string) => (alias === '' ? '' : `${alias}.`);
  return spec.key
    .map(({ name }) => `${dot(clock)}${quoteName(keyOf(name))} = ${dot(base)}${quoteName(name)}`)
    .join(' AND ');
}

/** SQL condition: two rows with the clock table's key columns have the same key. */
export function sameKeys(spec: TableSpec, a: string, b: string): string {
  return clockKeys(spec)
    .map((key) => `${a}.${key} = ${b}.${key}`)
    .join(' AND ');
}

/** The quoted clock column of a cell. */
export function cellClock(column: string): string {
  return quoteName(clockOf(column));
}

/** A type with the affinity of the base column's, whatever the user called it. */
export function columnType(column: ColumnSpec): string {
  const affinity = affinityOf(column.sqlType);
  return affinity === 'blob' ? 'BLOB' : affinity.toUpperCase();
}
