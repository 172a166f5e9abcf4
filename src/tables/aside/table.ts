import { maskableColumns, referencesOf, uniquesOf } from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import { list, statementText } from '../../sql/layout.js';
import {
  asideIndex,
  asideTable,
  keyOf,
  maskOf,
  offeredValueOf,
  PASS_TABLE,
  rankGate,
  rivalTable,
  SETTLING_TABLE,
} from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { clockKeys, columnType } from '../clock/table.js';

/**
 * Why a row is parked: the row that it refers to is not shown, another row has its unique values, or the database
 * rejects it as it would be shown.
 */
export type AsideState = 'reference' | 'unique' | 'rejected';

/**
 * Rows that the base table cannot show as they are merged:
 *
 *     key_<key>       the row's key
 *     value_<column>  the cells as merged; of a row that is shown, only those that are masked are true
 *     state           NULL: it is shown, with masks · 'open': an apply has yet to decide · 'reference': parked, its
 *                     parent is not shown · 'unique': parked, another row has its values · 'rejected': parked, the
 *                     database rejects what would be shown
 *     mask_<column>   1: the base table shows something else in this column
 *     lost_<n>        rowid of the clock of the row that has its values in the nth unique index
 *     taken           rowid of the clock of the row whose value it would show instead
 *     was             its state before the running apply; 'new': it was never shown or parked
 *     was_masked      its masks before the running apply, as one text
 *     pass            when the running apply parked it; 0 of an open row: it will not be tried
 *     error           why the database rejects it, in its words; NULL: not known. Such a row is not tried again before
 *                     something changes. Empty: the next apply tries it
 */
export function asideStatements(spec: TableSpec): string[] {
  const keys = clockKeys(spec);
  const columns = [
    ...spec.key.map((column, i) => `${keys[i]} ${columnType(column)} NOT NULL`),
    ...spec.clockColumns.map((column) => `${asideValue(column.name)} ${columnType(column)}`),
    'state TEXT',
    ...maskableColumns(spec).map((name) => `${mask(name)} INTEGER`),
    ...uniquesOf(spec).map((_, n) => `${lost(n)} INTEGER`),
    ...['taken INTEGER', 'was TEXT', 'was_masked TEXT', 'pass INTEGER', 'error TEXT'],
    `PRIMARY KEY (${keys.join(', ')})`,
  ];
  const index = (name: string, columns: string) =>
    `CREATE INDEX IF NOT EXISTS ${quoteName(asideIndex(spec.name, name))} ON ${aside(spec)} (${columns})`;
  const values = (columns: readonly string[]) =>
    columns.map((column) => asideColumn(spec, column)).join(', ');
  return [
    statementText`
      CREATE TABLE IF NOT EXISTS ${aside(spec)} (
        ${list(columns)}
      )`,
    index('state', 'state'),
    index('pass', 'pass'),
    ...referencesOf(spec).map((reference, n) => index(`reference_${n}`, values(reference.columns))),
    ...uniquesOf(spec).flatMap((unique, n) => [
      index(`unique_${n}`, values(unique.columns)),
      index(`lost_${n}`, lost(n)),
    ]),
  ];
}

/** Everything that a table with constraints has beside it. Every statement can be run again. */
export const createAside = (spec: TableSpec): string[] => [
  ...settlingStatements(),
  ...asideStatements(spec),
  ...(hasRivals(spec) ? [rivalStatement(spec)] : []),
];

/** A delete of a row may delete others of its table. */
export const isCircular = ({ constraints }: TableSpec) => constraints?.isCircular === true;

/** OR REPLACE may delete rows of the table that no trigger sees: see rivals.ts. */
export const hasRivals = (spec: TableSpec) => uniquesOf(spec).length > 0 || isCircular(spec);

/** The names of the table's indexes. */
export function asideIndexes(spec: TableSpec): string[] {
  return [
    'state',
    'pass',
    ...referencesOf(spec).map((_, n) => `reference_${n}`),
    ...uniquesOf(spec).flatMap((_, n) => [`unique_${n}`, `lost_${n}`]),
  ].map((what) => asideIndex(spec.name, what));
}

/** Offered keys of rows aside are ranked in the order in which they come. The table never holds a row. */
export function rankGateStatement(spec: TableSpec): string {
  const columns = spec.key.map((column, i) => `${clockKeys(spec)[i]} ${columnType(column)}`);
  return statementText`
    CREATE TABLE IF NOT EXISTS ${quoteName(rankGate(spec.name))} (
      ${list(columns)}
    )`;
}

/** Rows that the running INSERT OR REPLACE or UPDATE OR REPLACE may delete. */
export function rivalStatement(spec: TableSpec): string {
  const keys = clockKeys(spec);
  const columns = [
    ...spec.key.map((column, i) => `${keys[i]} ${columnType(column)} NOT NULL`),
    `PRIMARY KEY (${keys.join(', ')})`,
  ];
  return statementText`
    CREATE TABLE IF NOT EXISTS ${quoteName(rivalTable(spec.name))} (
      ${list(columns)}
    )`;
}

/**
 * crr_settling has one row.
 *
 *     settled   db_version up to which all tables are settled
 *     moved_in  the last pass that parked a row
 *     parks     1: every row that is merged goes aside, since the database has rejected it. 0: only if it must
 *
 * A row of crr_pass is one pass over all tables: see pass.ts.
 */
export function settlingStatements(): string[] {
  return [
    statementText`
      CREATE TABLE IF NOT EXISTS ${SETTLING_TABLE} (
        id INTEGER PRIMARY KEY,
        settled INTEGER,
        moved_in INTEGER,
        parks INTEGER
      )`,
    `INSERT OR IGNORE INTO ${SETTLING_TABLE} (id, settled, moved_in, parks) VALUES (1, -1, 0, 0)`,
    `CREATE TABLE IF NOT EXISTS ${PASS_TABLE} (pass INTEGER PRIMARY KEY)`,
  ];
}

/** The quoted table. */
export const aside = (spec: TableSpec) => quoteName(asideTable(spec.name));
export const rivals = (spec: TableSpec) => quoteName(rivalTable(spec.name));

/** Quoted columns of it. */
export const asideValue = (column: string) => quoteName(offeredValueOf(column));
/** The column of a key, or of a cell. */
export const asideColumn = ({ key }: TableSpec, column: string) =>
  key.some(({ name }) => name === column) ? quoteName(keyOf(column)) : asideValue(column);
export const mask = (column: string) => quoteName(maskOf(column));
export const lost = (unique: number) => `lost_${unique}`;

/** Key and cells with clocks. */
export const asideColumns = (spec: TableSpec) => [
  ...clockKeys(spec),
  ...spec.clockColumns.map(({ name }) => asideValue(name)),
];

/** An alias that no user's table can have. */
export const ASIDE = 'crr_aside';

/** SQL condition: the row aside is that of another row with key columns `key_…`, or of a base row. */
export const asideKeyIs = (spec: TableSpec, alias: string, value: (key: string) => string) =>
  spec.key
    .map(
      ({ name }) => `${alias === '' ? '' : `${alias}.`}${quoteName(keyOf(name))} = ${value(name)}`,
    )
    .join(' AND ');

/** SQL of the db_version up to which all tables are settled. */
export const SETTLED = `(SELECT settled FROM ${SETTLING_TABLE})`;
