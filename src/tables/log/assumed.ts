import { cellTypeOf } from '../../columns/registry.js';
import type { TableSpec } from '../../model/table-spec.js';
import { all, any, block, type Fragment, list, statementText } from '../../sql/layout.js';
import { keyOf } from '../../sql/names.js';
import { NOW_MS } from '../../sql/now.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import { joinAside, trueValue } from '../aside/truth.js';
import { cells } from '../cells/table.js';
import { cellVersionSql } from '../clock/clock.js';
import { siteOf, stampOf } from '../clock/stamp-sql.js';
import { CLOCK, cellClock, clock, clockKeys, sameKeys, sameRow } from '../clock/table.js';
import { DB_VERSION } from '../state/table.js';
import { noteStanding } from './standing.js';
import { eventValueOf, eventVersion, log, markedVersion } from './table.js';

/*
 * Events that nobody made: what the clocks know and the log does not. They have no dot, are not sent, and count as later
 * than whatever they have a greater version than. A site without history, or with cr-sqlite, sends cells only.
 */

/** One such event per row, for a table that had rows before it had a log. */
export const baselineStatements = (spec: TableSpec): string[] => [
  assumed(spec, 'true', () => 'true'),
  ...assumedCells(spec, 'true'),
  ...noteStanding(spec),
];

/** The same for what the running merge has stamped, unless it brought the events. */
export const importStatements = (spec: TableSpec): string[] => [
  assumed(spec, `${CLOCK}.db_version = ${DB_VERSION}`, isStampedNow),
  ...assumedCells(spec, `x.db_version = ${DB_VERSION}`),
];

/** SQL condition: a cell with this clock was written in the db_version of its row. */
const isStampedNow = (x: string) =>
  `CASE WHEN ${x} IS NULL THEN ${CLOCK}.row_version > 0 AND ifnull(${CLOCK}.row_db_version, ${CLOCK}.db_version) = ${CLOCK}.db_version ELSE instr(${x}, '@' || ${CLOCK}.db_version || ':') > 0 AND ${CLOCK}.row_version + CAST(${x} AS INTEGER) > 0 END`;

function assumed(spec: TableSpec, rows: string, isConcerned: (clock: string) => string): string {
  const isKnown = (column: string, condition: string) => block`
    EXISTS (
      SELECT 1 FROM ${log(spec)} AS known
      WHERE ${sameKeys(spec, 'known', CLOCK)} AND known.causal_length = ${CLOCK}.causal_length AND ${column} AND ${condition}
    )`;
  const isAlive = `${CLOCK}.causal_length % 2 = 1`;
  const clockCells = spec.clockColumns.map((column) => {
    const x = `${CLOCK}.${cellClock(column.name)}`;
    const version = `max(${cellVersionSql(column.name, `${CLOCK}.`)}, 0)`;
    const value = trueValue(spec, column.name);
    // Two sites can give a cell the same version. What a NULL stands for in a NOT NULL column is nobody's write.
    const written = `known.${eventValueOf(column.name)}`;
    const isSame = `${value} IS ${written} COLLATE BINARY${column.notNull ? ` OR ${written} IS NULL` : ''}`;
    const known = isKnown(`abs(${markedVersion('known', column)}) = ${version}`, `(${isSame})`);
    return {
      column,
      isNew: block`
        ${isAlive} AND ${isConcerned(x)} AND NOT ${known}`,
      version,
      value,
    };
  });
  const rowIsNew = block`NOT ${isKnown('true', 'true')}`;
  const columns = [
    ...clockKeys(spec),
    ...['arrived', 'site', 'time', 'causal_length', 'parents'],
    ...spec.clockColumns.flatMap(({ name }) => [eventVersion(name), eventValueOf(name)]),
  ];
  const values: Fragment[] = [
    ...spec.key.map(({ name }) => `${CLOCK}.${quoteName(keyOf(name))}`),
    ...[DB_VERSION, writer(spec, isConcerned), NOW_MS, `${CLOCK}.causal_length`, "' '"],
    ...clockCells.flatMap(({ isNew, version, value }) => [
      block`CASE WHEN ${isNew} THEN ${version} END`,
      block`CASE WHEN ${isNew} THEN ${value} END`,
    ]),
  ];
  return statementText`
    INSERT INTO ${log(spec)} (
      ${list(columns)}
    )
    SELECT
      ${list(values)}
    FROM ${clock(spec)} AS ${CLOCK}
    LEFT JOIN ${quoteName(spec.name)} AS base ON ${sameRow(spec, CLOCK, 'base')}
    ${joinAside(spec, (name) => `${CLOCK}.${quoteName(keyOf(name))}`)}
    WHERE
      ${all([
        rows,
        `${CLOCK}.db_version > 0`,
        block`(
          ${any([rowIsNew, ...clockCells.map(({ isNew }) => isNew)])}
        )`,
      ])}`;
}

/** The site of the first cell that is concerned; that of the tombstone; 0 if there is none. */
function writer(spec: TableSpec, isConcerned: (clock: string) => string): string {
  const sentinel = `${CLOCK}.sentinel`;
  const cases = [
    `WHEN ${CLOCK}.causal_length % 2 = 0 THEN ${siteOf(sentinel)}`,
    ...spec.clockColumns.map(({ name }) => {
      const x = `${CLOCK}.${cellClock(name)}`;
      return `WHEN instr(${x}, '@') > 0 AND ${isConcerned(x)} THEN ${siteOf(`(${stampOf(x)})`)}`;
    }),
  ];
  return `ifnull(CASE ${cases.join(' ')} ELSE ${CLOCK}.row_site END, 0)`;
}

/**
 * The cells of columns that have one per site: an event for each of which there is none, by that site.
 */
function assumedCells(spec: TableSpec, isConcerned: string): string[] {
  return spec.cellColumns.map((column) => {
    const { name } = column;
    return statementText`
      INSERT INTO ${log(spec)} (${[...clockKeys(spec), 'arrived', 'site', 'time', 'causal_length', 'parents', eventVersion(name), eventValueOf(name)].join(', ')})
      SELECT
        ${list([...clockKeys(spec).map((key) => `x.${key}`), DB_VERSION, 'x.site', NOW_MS, `${CLOCK}.causal_length`, "' '", 'x.version', 'x.value'])}
      FROM ${cells(spec)} AS x
      JOIN ${clock(spec)} AS ${CLOCK} ON ${sameKeys(spec, CLOCK, 'x')}
      WHERE
        ${all([
          `x.column_name = ${quoteText(name)}`,
          // A mark is nobody's write of the cell.
          cellTypeOf(column).standsSql,
          isConcerned,
          `${CLOCK}.causal_length % 2 = 1`,
          block`NOT EXISTS (
            SELECT 1 FROM ${log(spec)} AS known
            WHERE ${sameKeys(spec, 'known', 'x')} AND known.site = x.site AND known.causal_length = ${CLOCK}.causal_length AND known.${eventVersion(name)} = x.version
          )`,
        ])}`;
  });
}
