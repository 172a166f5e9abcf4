import { cellTypeOf, typeOf } from '../columns/registry.js';
import { formerVersionSql, hasOwnRange } from '../columns/versions.js';
import { LATER_COUNTS } from '../columns/wire-range.js';
import { NEUTRAL_ORDINAL } from '../model/site.js';
import {
  type ColumnKind,
  type ReplicatedColumnSpec,
  type TableSpec,
  unwrittenValue,
} from '../model/table-spec.js';
import { differsSql } from '../sql/compare.js';
import { all, any, block, type Layout, statementText } from '../sql/layout.js';

import { quoteName, quoteText } from '../sql/quote.js';
import { neutralCellsHead } from './cells/neutral.js';
import { cells, cellsOf, cellTableStatements } from './cells/table.js';
import { addClockColumn, dropClockColumn } from './clock/alter.js';
import { cellVersionSql, stampSql } from './clock/clock.js';
import { cellClock, clock, sameRow } from './clock/table.js';
import { typeChanged } from './former/names.js';
import { DB_VERSION, LOCAL_SITE, takeDbVersionStatement } from './state/table.js';

/**
 * The statements that carry a column over to another column type, to be run while the table has no
 * triggers. They add or drop what the column has in the clock table and the cell table, so whoever
 * runs them leaves that column out when it looks for columns that came or went, shows the cells when
 * all columns are through, and drops the cell table if no column needs it any more.
 *
 * What the column shows is kept, as no site's write: every site carries it over for itself and gets it
 * from all others, and it must count once. Its version is that of the last write, so if sites did not know
 * each other's, or have not migrated and go on writing, the later one stands.
 *
 * @param spec the table as it is to be; `column` is one of its columns.
 * @param before how the column merged; undefined if it is new.
 */
export function changeTypeStatements(
  spec: TableSpec,
  column: ReplicatedColumnSpec,
  before: ColumnKind | undefined,
): string[] {
  if (before === undefined) return fillNewColumn(spec, column);
  const from = typeOf({ kind: before });
  const to = typeOf(column);
  if (from === to) return [];
  const noted = typeChanged(spec.name, column.name, before, column.kind);
  if (to.storage === 'cells') {
    const known = from.storage === 'cells' ? knowledgeSql(spec, column, 'clock') : undefined;
    return [
      ...noted,
      ...cellTableStatements(spec),
      ...toCells(spec, column, known ?? block`${cellVersionSql(column.name, 'clock.')}`),
      ...(from.storage === 'cells' ? [] : leaveClockRow(spec, column)),
    ];
  }
  if (from.storage === 'cells') return [...noted, ...toClockRow(spec, column)];
  // Types of the clock row that share a range of versions compare the same versions.
  if (from.range.isPlain && to.range.isPlain) return [];
  return [...noted, ...restamp(spec, column)];
}

/** A new column may show something: it was there unreplicated, or came with another default. */
function fillNewColumn(spec: TableSpec, column: ReplicatedColumnSpec): string[] {
  const type = typeOf(column);
  if (type.storage === 'clock') return [];
  if (!type.showsCellsOnly) return [...cellTableStatements(spec), ...cellUnwritten(spec, column)];
  return [...cellTableStatements(spec), ...toCells(spec, column, block`1`)];
}

/**
 * A register that nobody has written shows what every site finds for itself, or what a cell of no site holds:
 * the migration left another value there than rows get that arrive later.
 */
export function cellUnwritten(spec: TableSpec, column: ReplicatedColumnSpec): string[] {
  const value = unwrittenValue(column);
  const name = `base.${quoteName(column.name)}`;
  const rows = block`
    FROM ${quoteName(spec.name)} AS base
    JOIN ${clock(spec)} AS clock ON ${sameRow(spec, 'clock', 'base')}
    WHERE
      ${all([
        'clock.causal_length % 2 = 1',
        value === undefined ? 'true' : differsSql(column, name, value),
        block`
          NOT EXISTS (
            SELECT 1 ${cellsOf(spec, column, 'clock')}
          )`,
      ])}`;
  return [
    takeDbVersionStatement(`EXISTS (SELECT 1 ${rows})`),
    statementText`
      ${neutralCellsHead(spec, column, { seq: '0' })}
      ${rows}`,
  ];
}

/** Stands for no site while the cells of the previous column type are still there. */
const CARRIED = -1;

/** @param version SQL of the version of the value that the column shows, from the clock row `clock`. */
function toCells(spec: TableSpec, column: ReplicatedColumnSpec, version: Layout): string[] {
  const base = quoteName(spec.name);
  const [name, columnName] = [quoteName(column.name), quoteText(column.name)];
  const type = cellTypeOf(column);
  const isHeld = block`
    (
      ${type.isWorthCell(`base.${name}`)}
      OR ${version} > 1 /* a zero that was written once is what a counter shows without it */
    )`;
  const rows = block`
    FROM ${base} AS base
    JOIN ${clock(spec)} AS clock ON ${sameRow(spec, 'clock', 'base')}
    WHERE
      clock.causal_length % 2 = 1
      AND ${isHeld}`;
  const carried = neutralCellsHead(spec, column, {
    seq: '0',
    site: CARRIED,
    version: formerVersionSql(column, String(version)),
  });
  const value = type.fromOtherType?.(name);
  return [
    ...(value === undefined
      ? []
      : [
          statementText`
            UPDATE ${base}
            SET ${name} = ${value}
            WHERE ${name} IS NOT ${value} OR typeof(${name}) <> typeof(${value})`,
        ]),
    takeDbVersionStatement(`EXISTS (SELECT 1 ${rows})`),
    statementText`
      ${carried}
      ${rows}`,
    `DELETE FROM ${cells(spec)} WHERE column_name = ${columnName} AND site <> ${CARRIED}`,
    `UPDATE ${cells(spec)} SET site = ${NEUTRAL_ORDINAL} WHERE column_name = ${columnName}`,
  ];
}

/** A number that grows with each cell of a row that a site receives. `row` has the clock's keys. */
function knowledgeSql(spec: TableSpec, column: ReplicatedColumnSpec, row: string): Layout {
  return block`
    (
      SELECT ifnull(sum(x.version), 0)
      ${cellsOf(spec, column, row)}
    )`;
}

function leaveClockRow(spec: TableSpec, column: ReplicatedColumnSpec): string[] {
  const isUnknown = [
    'sentinel IS NULL',
    'causal_length % 2 = 1',
    ...spec.clockColumns.map(({ name }) => `${cellVersionSql(name)} < 0`),
  ];
  return [
    // A row of which no other cell is known needs a sentinel now.
    statementText`
      UPDATE ${clock(spec)}
      SET sentinel = ${stampSql('db_version', LOCAL_SITE, '0')}
      WHERE
        ${all(isUnknown)}`,
    dropClockColumn(spec.name, column.name),
  ];
}

function toClockRow(spec: TableSpec, column: ReplicatedColumnSpec): string[] {
  const writes = formerVersionSql(column, String(knowledgeSql(spec, column, clock(spec))));
  return [
    addClockColumn(spec.name, column.name),
    ...stampAll(spec, column, `${firstLaterVersion(column)} + ${writes}`),
    `DELETE FROM ${cells(spec)} WHERE column_name = ${quoteText(column.name)}`,
  ];
}

/** Of the clock row before and after: the same versions, in another range and so to be sent again. */
function restamp(spec: TableSpec, column: ReplicatedColumnSpec): string[] {
  const writes = formerVersionSql(column, cellVersionSql(column.name));
  return stampAll(
    spec,
    column,
    `${firstLaterVersion(column)} + ${writes}`,
    worthSending(spec, column),
  );
}

/**
 * A cell that nobody has written, with the value that every site gives to it, is none in a range of its own either.
 * Where versions go on in a common range, it gets one above those of sites that have not left the former range.
 */
function worthSending(spec: TableSpec, column: ReplicatedColumnSpec): Layout[] {
  const value = unwrittenValue(column);
  if (value === undefined || !hasOwnRange(column)) return [];
  return [
    any([
      block`${cellVersionSql(column.name)} >= 0`,
      block`
        EXISTS (
          SELECT 1 FROM ${quoteName(spec.name)} AS base
          WHERE
            ${all([sameRow(spec, clock(spec), 'base'), differsSql(column, `base.${quoteName(column.name)}`, value)])}
        )`,
    ]),
  ];
}

/** The version from which counting goes on: above that of sites that have not left the previous range yet. */
function firstLaterVersion(column: ReplicatedColumnSpec): number {
  return hasOwnRange(column) ? 0 : LATER_COUNTS.first;
}

/** Stamps the cells of all living rows, or of some, as no site's, so that they are sent to everybody. */
function stampAll(
  spec: TableSpec,
  column: ReplicatedColumnSpec,
  version: string,
  where: readonly Layout[] = [],
): string[] {
  const stamp = stampSql(DB_VERSION, String(NEUTRAL_ORDINAL), '0');
  return [
    takeDbVersionStatement(`EXISTS (SELECT 1 FROM ${quoteName(spec.name)})`),
    statementText`
      UPDATE ${clock(spec)}
      SET
        row_db_version = ifnull(row_db_version, db_version),
        db_version = ${DB_VERSION},
        ${cellClock(column.name)} = (${version} - row_version) || ${stamp}
      WHERE
        ${all(['causal_length % 2 = 1', ...where.map((x) => block`(${x})`)])}`,
  ];
}
