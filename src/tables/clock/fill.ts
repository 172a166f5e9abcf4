import { NEUTRAL_ORDINAL } from '../../model/site.js';
import {
  type ReplicatedColumnSpec,
  type TableSpec,
  unwrittenValue,
} from '../../model/table-spec.js';
import { differsSql } from '../../sql/compare.js';
import { all, block, type Fragment, statementText } from '../../sql/layout.js';
import { clockTable } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { DB_VERSION, takeDbVersionStatement } from '../state/table.js';
import { cellVersionSql, stampSql } from './clock.js';
import { CLOCK, cellClock, clockRowid, sameRow } from './table.js';

/*
 * What a migration does to values, stamped so that all sites end with the same ones. The stamps belong to no
 * site, and their versions follow from what was there, so sites that had the same row make the same stamps.
 */

/** An alias for the base table. No user's table can have this name. */
export const BASE = 'crr_base';

/**
 * A cell that nobody has written must have the value that a site gives to it when it gets the row later. If
 * the migration left another value there, the cell gets version 0: it is sent, every write wins over it, and
 * of different values at different sites the greater one stands.
 *
 * @param rows SQL of the rows, if they are not those of the base table.
 */
export function stampUnwritten(
  spec: TableSpec,
  column: ReplicatedColumnSpec,
  rows: Fragment = quoteName(spec.name),
): string[] {
  const value = unwrittenValue(column);
  const differs =
    value === undefined ? 'true' : differsSql(column, `${BASE}.${quoteName(column.name)}`, value);
  return stamp(spec, column, {
    rows,
    where: [`${cellVersionSql(column.name, `${CLOCK}.`)} < 0`, differs],
    version: '0',
  });
}

/** Sends the written cells again that meet a condition of the row `crr_base`, with their versions. */
export function restamp(
  spec: TableSpec,
  column: ReplicatedColumnSpec,
  condition: (value: string) => Fragment,
): string[] {
  return stamp(spec, column, {
    where: [
      `${cellVersionSql(column.name, `${CLOCK}.`)} >= 0`,
      condition(`${BASE}.${quoteName(column.name)}`),
    ],
    version: cellVersionSql(column.name),
  });
}

/** Selects a row if the column holds other values than a site gives to rows that it gets later. */
export function selectOtherValue(spec: TableSpec, column: ReplicatedColumnSpec): string {
  const value = unwrittenValue(column) ?? 'NULL';
  const differs = differsSql(column, `${BASE}.${quoteName(column.name)}`, value);
  return `SELECT 1 FROM ${quoteName(spec.name)} AS ${BASE} WHERE ${differs} LIMIT 1`;
}

/**
 * NULLs become the column's default: it is NOT NULL now, or about to be.
 *
 * @param isMasked SQL condition on a row {@link BASE}, whose NULL is not its value and is not sent.
 */
export function fillNulls(
  spec: TableSpec,
  column: ReplicatedColumnSpec,
  value: string,
  isMasked?: Fragment,
): string[] {
  const [base, name] = [quoteName(spec.name), quoteName(column.name)];
  const isOwn = isMasked === undefined ? [] : [block`NOT ${isMasked}`];
  return [
    ...restamp(spec, column, (x) => all([`${x} IS NULL`, ...isOwn])),
    `UPDATE ${base} SET ${name} = ${value} WHERE ${name} IS NULL`,
  ];
}

/** Stores values that the table has only as a default of a column that was added later. */
export function writeOut(spec: TableSpec, column: ReplicatedColumnSpec): string {
  const [base, name] = [quoteName(spec.name), quoteName(column.name)];
  return `UPDATE ${base} SET ${name} = ${name}`;
}

/** Values that were stored under another type become what the column's type makes of them. */
export function convertValues(spec: TableSpec, column: ReplicatedColumnSpec): string[] {
  const [base, name] = [quoteName(spec.name), quoteName(column.name)];
  return [
    // Whatever is written gets the column's affinity. ALTER COLUMN of libSQL leaves rows as they are.
    `UPDATE ${base} SET ${name} = ${name} WHERE typeof(${name}) NOT IN ('null', 'blob')`,
    // Values of another type are in another order, and that of values decides between equal versions.
    ...restamp(spec, column, (x) => `${x} IS NOT NULL`),
  ];
}

interface Stamped {
  readonly rows?: Fragment;
  /** Conditions of the rows `crr_base` and `crr_clock`. */
  readonly where: readonly Fragment[];
  /** SQL, of the clock row. */
  readonly version: string;
}

function stamp(spec: TableSpec, column: ReplicatedColumnSpec, stamped: Stamped) {
  const { rows: source = quoteName(spec.name), where, version } = stamped;
  const clock = quoteName(clockTable(spec.name));
  const rows = block`
    FROM ${source} AS ${BASE}
    JOIN ${clock} AS ${CLOCK} ON ${sameRow(spec, CLOCK, BASE)}
    WHERE
      ${all([`${CLOCK}.causal_length % 2 = 1`, ...where])}`;
  const rowid = clockRowid(spec);
  return [
    takeDbVersionStatement(`EXISTS (SELECT 1 ${rows})`),
    statementText`
      UPDATE ${clock}
      SET
        row_db_version = ifnull(row_db_version, db_version),
        db_version = ${DB_VERSION},
        ${cellClock(column.name)} = (${version} - row_version) || ${stampSql(DB_VERSION, String(NEUTRAL_ORDINAL), '0')}
      WHERE ${rowid} IN (
        SELECT ${CLOCK}.${rowid}
        ${rows}
      )`,
  ];
}
