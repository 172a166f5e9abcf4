import { EVENT, SENTINEL } from '../../model/change.js';
import {
  type ReplicatedColumnSpec,
  replicatedColumns,
  type TableSpec,
} from '../../model/table-spec.js';
import { list, statementText } from '../../sql/layout.js';
import {
  headTable,
  importIndex,
  logIndex,
  logTable,
  offeredValueOf,
  offeredVersionOf,
  prunedTable,
} from '../../sql/names.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import { clockKeys, columnType } from '../clock/table.js';
import { DB_VERSION } from '../state/table.js';

/**
 * The log of a CRR with history: one row per event, in the order of arrival here. An event is what one statement did to
 * one row. It is never changed, but for the mark of versions that lost.
 *
 *     id                its place in the order of arrival
 *     key_<key>         the row's key
 *     arrived           db_version of this database when it was written or came
 *     site, db_version, seq
 *                       its dot, the name under which all sites know it: who wrote it, and that site's db_version then.
 *                       db_version NULL = arrived: it was written here. seq NULL: nobody's event, but what a merge
 *                       or a migration brought of which there is no event; it stays here, and others make their own
 *     time              the writer's clock in milliseconds since 1970; decides nothing
 *     arrived_at        the clock here when it came; NULL = time
 *     causal_length     that of the row after it; even = it deleted the row
 *     row_version       of an event that created the row: the version of all cells that have none of their own
 *     parents           the dots of the events that it replaced, each between spaces. NULL: written here, so its parents
 *                       are the heads of its cells in the log before it; see parents.ts
 *     version_<column>  of a cell that it wrote: the version; negative if it lost against what was here already
 *     value_<column>    and the value. Of a column with a cell per site: the site's own cell
 *     pruned            of the pruned events that it replaced, directly or through others, the dot of each site's latest,
 *                       each between spaces: it replaced all that this site had written to the row up to then
 *     others            cells of columns that this schema lacks, as JSON
 *
 * The head table names the heads of a cell where they are not simply the last event that covers it: after
 * concurrent writes. The next local write covers the cell and has no rows there, so it ends the conflict by itself.
 *
 *     event             the last event that covered the cell when the heads were found
 *     column_name       the cell; '-1' is the row's existence, '-2' the row as a whole
 *     head              an event that no other event of the cell has as parent
 *
 * The table of what was pruned has one row, once that has begun here, or an event came that knows of pruned ones:
 *
 *     version, time     db_version and clock here up to which events may be missing: the past before is not known
 *     swept             all rows with an event up to this place in the log were pruned ...
 *     keep              ... but for so many events of each
 */
export function logStatements(spec: TableSpec): string[] {
  const keys = clockKeys(spec);
  const columns = [
    'id INTEGER PRIMARY KEY',
    ...spec.key.map((column, i) => `${keys[i]} ${columnType(column)}`),
    ...['arrived', 'site', 'db_version', 'seq', 'time', 'arrived_at', 'causal_length'].map(
      (name) => `${name} INTEGER`,
    ),
    'row_version INTEGER',
    'parents TEXT',
    'pruned TEXT',
    'others TEXT',
    // No type: values keep their storage class.
    ...replicatedColumns(spec).flatMap(({ name }) => [
      `${eventVersion(name)} INTEGER`,
      eventValueOf(name),
    ]),
  ];
  return [
    statementText`
      CREATE TABLE IF NOT EXISTS ${log(spec)} (
        ${list(columns)}
      )`,
    `CREATE INDEX IF NOT EXISTS ${quoteName(logIndex(spec.name))} ON ${log(spec)} (${[...keys, 'arrived'].join(', ')})`,
    // A row may have many events, and hardly ever one of nobody.
    `CREATE INDEX IF NOT EXISTS ${quoteName(importIndex(spec.name))} ON ${log(spec)} (${keys.join(', ')}) WHERE seq IS NULL`,
    statementText`
      CREATE TABLE IF NOT EXISTS ${heads(spec)} (
        event INTEGER,
        column_name TEXT,
        head INTEGER,
        UNIQUE (event, column_name, head)
      )`,
    statementText`
      CREATE TABLE IF NOT EXISTS ${pruned(spec)} (
        id INTEGER PRIMARY KEY,
        version INTEGER,
        time INTEGER,
        swept INTEGER,
        keep INTEGER
      )`,
  ];
}

export const log = ({ name }: { readonly name: string }) => quoteName(logTable(name));
export const heads = ({ name }: { readonly name: string }) => quoteName(headTable(name));
export const pruned = ({ name }: { readonly name: string }) => quoteName(prunedTable(name));

/** The quoted columns of a cell. */
export const eventVersion = (column: string) => quoteName(offeredVersionOf(column));
export const eventValueOf = (column: string) => quoteName(offeredValueOf(column));

/**
 * The row as a whole, as a cell that every write of the row covers. Only tables whose conflicts are by row have it. No column can
 * have this name.
 */
export const WHOLE_ROW = EVENT;

/** The cells of a row by name: its existence, and its columns. */
export const cellNames = (spec: TableSpec): readonly string[] => [
  SENTINEL,
  ...(spec.conflictLevel === 'row' ? [WHOLE_ROW] : []),
  ...replicatedColumns(spec).map(({ name }) => name),
];

/** SQL condition: an event wrote all of the row, or deleted it. `e` is an alias. */
export const coversRow = (e: string) =>
  `(${e}.row_version IS NOT NULL OR ${e}.causal_length % 2 = 0)`;

/** SQL condition: an event replaced what was in a cell. */
export function covers(spec: TableSpec, e: string, cell: string): string {
  if (cell === SENTINEL) return coversRow(e);
  if (cell === WHOLE_ROW) return writesRow(spec, e);
  return `(${e}.${eventVersion(cell)} IS NOT NULL OR ${coversRow(e)})`;
}

/**
 * SQL condition: an event is a write of the row as a whole. What only counters and registers have, is none: those never get in
 * each other's way. Nor is nobody's event, of which it is not known what its writer had seen.
 */
function writesRow({ clockColumns }: TableSpec, e: string): string {
  const written = clockColumns.map(({ name }) => `${e}.${eventVersion(name)} IS NOT NULL`);
  return `(${e}.seq IS NOT NULL AND (${[...written, coversRow(e)].join(' OR ')}))`;
}

/** The same for a cell whose name is SQL. */
export function coversNamed(spec: TableSpec, e: string, name: string): string {
  const columns = replicatedColumns(spec).map(
    (column) => `WHEN ${quoteText(column.name)} THEN ${e}.${eventVersion(column.name)}`,
  );
  const ofCell =
    columns.length === 0
      ? coversRow(e)
      : `(${coversRow(e)} OR CASE ${name} ${columns.join(' ')} END IS NOT NULL)`;
  if (spec.conflictLevel !== 'row') return ofCell;
  return `CASE ${name} WHEN ${quoteText(WHOLE_ROW)} THEN ${writesRow(spec, e)} ELSE ${ofCell} END`;
}

/** SQL of the version that an event gave to a cell, marked if it lost; NULL if it gave it none. */
export const markedVersion = (e: string, { name }: Pick<ReplicatedColumnSpec, 'name'>) =>
  `ifnull(${e}.${eventVersion(name)}, ${e}.row_version)`;

/** SQL of an event's dot. */
export const dotSql = (e: string) =>
  `${e}.site || ':' || ifnull(${e}.db_version, ${e}.arrived) || ':' || ${e}.seq`;

/** Dots as the columns `parents` and `pruned` have them. */
export const dotsText = (dots: readonly string[]) =>
  dots.length === 0 ? ' ' : ` ${dots.join(' ')} `;

/** SQL condition: an event came with the running merge. Arrivals have ascending ids. */
export const isNew = (spec: TableSpec, e: string) =>
  `${e}.id > ifnull((SELECT older.id FROM ${log(spec)} AS older WHERE older.arrived < ${DB_VERSION} ORDER BY older.id DESC LIMIT 1), 0)`;
