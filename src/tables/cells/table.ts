import { logColumns } from '../../columns/registry.js';
import { NEUTRAL_ORDINAL } from '../../model/site.js';
import type { ReplicatedColumnSpec, TableSpec } from '../../model/table-spec.js';
import { block, type Layout, list, statementText } from '../../sql/layout.js';
import { cellGate, cellIndex, cellTable } from '../../sql/names.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import { clockKeys, columnType, sameKeys } from '../clock/table.js';

/**
 * Counters and multi-value registers have a cell for each site, in one table beside the clock table:
 *
 *     key_<key>        the base row's key
 *     column_name      the column
 *     site             ordinal of the site whose cell it is; 0 is no site's (see NEUTRAL_SITE)
 *     version          of two states of one cell, the one with the greater version stands
 *     value            what the site adds to the counter, or its value of the register
 *     db_version, seq  when this database got it; a change of a cell also changes its row's db_version,
 *                      which is what readers scan
 *
 *     base_version,    what others have of this site's cell, if this site has written to it since; version 0: nothing,
 *     base_value       whatever the value; version NULL: the cell is as it came from others. See move.ts
 *
 * In a table with a column whose cells are a log, a site has a cell for each version there:
 *
 *     number           the version of such a cell; 0 for all others
 *
 * Cells belong to the row's causal length: when it changes they go. Those of this site stay if the row is evicted. The base column is computed from
 * them whenever they change, so it is the same on every site that has the same cells.
 */
export function cellTableStatements(spec: TableSpec): string[] {
  if (spec.cellColumns.length === 0) return [];
  const keys = clockKeys(spec);
  const columns = [
    ...spec.key.map((column, i) => `${keys[i]} ${columnType(column)} NOT NULL`),
    'column_name TEXT NOT NULL',
    'site INTEGER NOT NULL',
    'version INTEGER',
    // No type: values keep their storage class.
    'value',
    'db_version INTEGER',
    'seq INTEGER',
    'base_version INTEGER',
    'base_value',
    ...(hasLogs(spec) ? ['number INTEGER NOT NULL DEFAULT 0'] : []),
    `UNIQUE (${cellIdentity(spec)})`,
  ];
  const table = quoteName(cellTable(spec.name));
  return [
    statementText`
      CREATE TABLE IF NOT EXISTS ${table} (
        ${list(columns)}
      )`,
    `CREATE INDEX IF NOT EXISTS ${quoteName(cellIndex(spec.name))} ON ${table} (db_version)`,
  ];
}

/** The table that cells are offered to. It never holds a row. */
export function cellGateStatement(spec: TableSpec): string {
  const keys = clockKeys(spec);
  const columns = [
    ...spec.key.map((column, i) => `${keys[i]} ${columnType(column)}`),
    ...['causal_length', 'column_name', 'site', 'version', 'value', 'seq', 'pk'],
  ];
  return statementText`
    CREATE TABLE IF NOT EXISTS ${quoteName(cellGate(spec.name))} (
      ${list(columns)}
    )`;
}

/** The cells of one column in one row, as FROM and WHERE; the alias `row` has the clock table's key columns. */
export function cellsOf(spec: TableSpec, { name }: ReplicatedColumnSpec, row: string): Layout {
  return block`
    FROM ${cells(spec)} AS x
    WHERE ${sameKeys(spec, 'x', row)} AND x.column_name = ${quoteText(name)}`;
}

/** Whether a site may have several cells in a column of the table. */
export const hasLogs = (spec: TableSpec) => logColumns(spec).length > 0;

/** The columns that tell cells apart. */
export const cellIdentity = (spec: TableSpec) =>
  [...clockKeys(spec), 'column_name', 'site', ...(hasLogs(spec) ? ['number'] : [])].join(', ');

/** SQL condition: the cells of a column are a log. */
export function isOfLog(spec: TableSpec, column: string): string {
  const names = logColumns(spec).map(({ name }) => quoteText(name));
  return `${column} IN (${names.join(', ')})`;
}

/** SQL condition: a cell belongs to a column whose cells are a log, and not to no site. */
export const isLogged = (spec: TableSpec, column: string, site: string): string =>
  `${isOfLog(spec, column)} AND ${site} <> ${NEUTRAL_ORDINAL}`;

export const cells = (spec: TableSpec) => quoteName(cellTable(spec.name));

/** The columns of the cell table, in the order in which this package writes them. */
export const CELL_COLUMNS = 'column_name, site, version, value, db_version, seq';
