import { affinityOf, type ColumnSpec, type TableSpec } from '../schema/table-spec.js';
import { clockIndex, clockTable, dbVersionOf, keyOf, seqOf, siteOf, versionOf } from './names.js';
import { quoteName } from './quote.js';

/**
 * The clock table of a CRR: one wide row per base row, kept after the base row is deleted.
 *
 *     key                                rowid; where the base key is an INTEGER PRIMARY KEY, that key itself
 *     k_<key>                            the base row's key
 *     cl                                 causal length: odd = alive, even = deleted
 *     dbv                                greatest db_version of any cell, indexed: what readers scan
 *     v0, d0, s0, q0                     version, db_version, site ordinal, seq of the last whole-row write
 *     dl, sl, ql                         db_version, site, seq of the sentinel; NULL = none is stored
 *     v_<c>, d_<c>, s_<c>, q_<c>         the same per cell
 *
 * A cell's NULL inherits from the row: v0, d0, s0, and q0 + the column's index. So a row written as
 * a whole costs a few bytes, NULLs taking none. Version -1 means "no clock": nobody ever wrote the
 * cell, it is in no change feed, and any version beats it. On a tombstone d0 is set when the row
 * was alive before the delete was applied; its cells are all without clock.
 */
export function clockTableStatements(spec: TableSpec): string[] {
  const table = quoteName(clockTable(spec.name));
  const keys = spec.key.map((column) => quoteName(keyOf(column.name)));
  const ownKey = hasRowidKey(spec);
  // Not STRICT: a key column keeps the base column's affinity, so that equality and indexes behave alike.
  const columns = [
    ...(ownKey ? [`${keys[0]} INTEGER PRIMARY KEY`] : ['key INTEGER PRIMARY KEY']),
    ...(ownKey ? [] : spec.key.map((column, i) => `${keys[i]} ${keyType(column)} NOT NULL`)),
    'cl INTEGER NOT NULL',
    'dbv INTEGER NOT NULL',
    'v0 INTEGER NOT NULL',
    'd0 INTEGER, s0 INTEGER, q0 INTEGER',
    'dl INTEGER, sl INTEGER, ql INTEGER',
    ...spec.columns.map((column) =>
      cellColumns(column.name)
        .map((name) => `${name} INTEGER`)
        .join(', '),
    ),
    ...(ownKey ? [] : [`UNIQUE (${keys.join(', ')})`]),
  ];
  return [
    `CREATE TABLE IF NOT EXISTS ${table} (\n  ${columns.join(',\n  ')}\n)`,
    `CREATE INDEX IF NOT EXISTS ${quoteName(clockIndex(spec.name))} ON ${table} (dbv)`,
  ];
}

/** Adds a column's clocks in O(1): rows that are there get "no clock", not a version. */
export function addClockColumnsStatements(spec: TableSpec, column: string): string[] {
  const table = quoteName(clockTable(spec.name));
  return cellColumns(column).map(
    (name, i) => `ALTER TABLE ${table} ADD COLUMN ${name} INTEGER${i === 0 ? ' DEFAULT -1' : ''}`,
  );
}

/** Whether the base key is the rowid itself, so that the clock's rowid can be the same number. */
export function hasRowidKey(spec: TableSpec): boolean {
  return spec.key.length === 1 && spec.key[0]!.sqlType.toLowerCase() === 'integer';
}

/** The clock column that orders rows of one db_version. */
export function clockRowid(spec: TableSpec): string {
  return hasRowidKey(spec) ? quoteName(keyOf(spec.key[0]!.name)) : 'key';
}

/** Quoted v_, d_, s_, q_ columns of one cell. */
export function cellColumns(column: string): [string, string, string, string] {
  return [
    quoteName(versionOf(column)),
    quoteName(dbVersionOf(column)),
    quoteName(siteOf(column)),
    quoteName(seqOf(column)),
  ];
}

/** A type with the affinity of the base column's, whatever the user called it. */
export function keyType(column: ColumnSpec): string {
  const affinity = affinityOf(column.sqlType);
  return affinity === 'blob' ? 'BLOB' : affinity.toUpperCase();
}
