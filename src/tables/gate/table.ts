import { type TableSpec, unwrittenValue } from '../../model/table-spec.js';
import { list, statementText } from '../../sql/layout.js';
import {
  keyOf,
  mergeGate,
  offeredOriginOf,
  offeredValueOf,
  offeredVersionOf,
} from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { clockKeys, columnType } from '../clock/table.js';
import { type TriggerSql, triggerSql } from '../trigger.js';

const BEFORE_CELLS = [
  'causal_length DEFAULT 1',
  'sentinel',
  'row_version DEFAULT -1',
  'row_site',
  'row_seq',
];
const AFTER_CELLS = ['pk', 'db_version', 'finding', 'row_id'];

/** How many columns a table's gate has, which is the widest of its tables. */
export function gateWidth({ key, clockColumns }: TableSpec): number {
  return key.length + BEFORE_CELLS.length + 3 * clockColumns.length + AFTER_CELLS.length;
}

/**
 * The merge gate: a table that never holds a row. A BEFORE INSERT trigger merges the row offered
 * and ends with RAISE(IGNORE). One row offered is everything that a batch contains about one base row:
 *
 *     key_<key>                its key
 *     causal_length            of everything below
 *     sentinel                 origin of its sentinel, NULL = none offered
 *     row_version, row_site, row_seq
 *                              version, site ordinal, first seq of a row offered as a whole: every
 *                              cell has that version and site, and seqs go up in column order;
 *                              row_version = -1 if the cells are offered alone
 *     value_<column>           a cell's value
 *     version_<column>, origin_<column>
 *                              version and origin of a cell offered alone, NULL = not offered
 *     pk                       the packed key, for a row that may have to wait
 *     db_version               the db_version that stamps what wins
 *     finding, row_id        what the offering statement found: 'fresh' = no clock has this key;
 *                              'newer' = every cell is newer than those of the clock at rowid
 *                              `row_id`, in the same life; NULL = the gate has to look
 *
 * An origin is the text `site:seq`. One trigger merges a row: for every row exactly one WHEN holds.
 */
export function gateTableStatement(spec: TableSpec): string {
  // The columns have the base columns' types, so that affinity applies to the offered values.
  const columns = [
    ...spec.key.map((column, i) => `${clockKeys(spec)[i]} ${columnType(column)}`),
    ...BEFORE_CELLS,
    ...spec.clockColumns.map((column) => {
      const [value, version, origin] = offeredColumns(column.name);
      return `${value} ${columnType(column)}, ${version}, ${origin}`;
    }),
    ...AFTER_CELLS,
  ];
  return statementText`
    CREATE TABLE IF NOT EXISTS ${quoteName(mergeGate(spec.name))} (
      ${list(columns)}
    )`;
}

/** The quoted columns of the gate that offer one cell: value, version, origin. */
export function offeredColumns(column: string): [value: string, version: string, origin: string] {
  return [
    quoteName(offeredValueOf(column)),
    quoteName(offeredVersionOf(column)),
    quoteName(offeredOriginOf(column)),
  ];
}

/** A cell of the row in the gate (`new`), whether offered alone or with the row. */
export function offeredCell(spec: TableSpec, index: number) {
  const [value, version, origin] = offeredColumns(spec.clockColumns[index]!.name);
  return {
    value: `new.${value}`,
    /** Negative if the cell is not offered. */
    version: `ifnull(new.${version}, new.row_version)`,
    origin: `ifnull(new.${origin}, new.row_site || ':' || (new.row_seq + ${index}))`,
  };
}

/** A trigger of the gate: merges the row offered, which is then not inserted. */
export function gateTrigger(
  spec: TableSpec,
  event: string,
  parts: {
    readonly comment: string;
    readonly when: Parameters<typeof triggerSql>[2]['when'];
    readonly body: readonly string[];
  },
): TriggerSql {
  return triggerSql(spec, event, {
    comment: parts.comment,
    on: `BEFORE INSERT ON ${quoteName(mergeGate(spec.name))}`,
    when: parts.when,
    body: [...parts.body, 'SELECT RAISE(IGNORE)'],
  });
}

/**
 * A statement that ends a trigger of the gate early. What follows it costs nothing then; a condition of its own would
 * still open every table and index that it writes.
 */
export const endIf = (condition: string): string => `SELECT RAISE(IGNORE) WHERE ${condition}`;

export const base = (spec: TableSpec) => quoteName(spec.name);

/** Beside a base table called "new", only a query of its own sees the row offered. */
export const besideBase = (spec: TableSpec, sql: string) =>
  spec.name.toLowerCase() === 'new' ? `(SELECT ${sql})` : sql;

export const newKeys = (spec: TableSpec) => clockKeys(spec).map((key) => `new.${key}`);

export const baseColumns = (spec: TableSpec) =>
  [...spec.key, ...spec.clockColumns].map(({ name }) => quoteName(name));

/** SQL condition: the base row is the one offered. */
export function baseIsOffered(spec: TableSpec, alias?: string): string {
  return spec.key
    .map(({ name }) => {
      const offered = besideBase(spec, `new.${quoteName(keyOf(name))}`);
      return `${alias ? `${alias}.` : ''}${quoteName(name)} = ${offered}`;
    })
    .join(' AND ');
}

/** SQL condition: the clock row is that of the row offered. */
export function clockIsOffered(spec: TableSpec, alias?: string): string {
  return clockKeys(spec)
    .map((key) => `${alias ? `${alias}.` : ''}${key} = ${besideBase(spec, `new.${key}`)}`)
    .join(' AND ');
}

/** The offered values, those of cells that nobody has written standing in for those that are not offered. */
export function offeredRow(spec: TableSpec, isWhole: boolean): string[] {
  const values = spec.clockColumns.map((column, i) => {
    const { value, version } = offeredCell(spec, i);
    const fallback = unwrittenValue(column);
    if (isWhole || fallback === undefined || column.default === undefined) return value;
    return `CASE WHEN ${version} >= 0 THEN ${value} ELSE ${fallback} END`;
  });
  return [...newKeys(spec), ...values];
}

/** A row that is new in this apply, and gets more cells, stays new: its row_db_version stays NULL. */
export const keepsBirth = (row = '') =>
  `ifnull(${row}row_db_version, nullif(${row}db_version, new.db_version))`;
