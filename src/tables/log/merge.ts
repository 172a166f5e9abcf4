import {
  type ReplicatedColumnSpec,
  replicatedColumns,
  type TableSpec,
} from '../../model/table-spec.js';
import {
  all,
  any,
  block,
  type Fragment,
  type Layout,
  list,
  statementText,
} from '../../sql/layout.js';
import { keyOf } from '../../sql/names.js';
import { NOW_MS } from '../../sql/now.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import { joinAside, trueValue } from '../aside/truth.js';
import { cellVersionSql } from '../clock/clock.js';
import { CLOCK, clock, clockKeys, sameKeys, sameRow } from '../clock/table.js';
import { DB_VERSION } from '../state/table.js';
import {
  cellNames,
  coversNamed,
  dotSql,
  eventValueOf,
  eventVersion,
  heads,
  log,
  markedVersion,
} from './table.js';

/*
 * Events of other sites come into the log when the cells that they wrote are merged: the clocks decide what a row is,
 * and the log keeps how it came about.
 */

/** SQL condition: an event came with the running merge. Arrivals have ascending ids. */
const isNew = (spec: TableSpec, e: string) =>
  `${e}.id > ifnull((SELECT older.id FROM ${log(spec)} AS older WHERE older.arrived < ${DB_VERSION} ORDER BY older.id DESC LIMIT 1), 0)`;

/** The columns of an event that is offered, in the order in which {@link insertEventsStatement} reads them. */
export const OFFERED = [
  'site',
  'db_version',
  'seq',
  'time',
  'causal_length',
  'row_version',
  'parents',
  'others',
];

/**
 * Takes events of other sites into the log, unless it has them. Those of a row that is not here are left out: it waits for
 * cells, and what it is when they come is noted then.
 *
 * @param columns those that any of the events writes.
 * @param value SQL of a value by its index: the key, {@link OFFERED}, then version and value per column.
 */
export function insertEventsStatement(
  spec: TableSpec,
  columns: readonly ReplicatedColumnSpec[],
  value: (index: number) => string,
  rows: string,
): string {
  const keys = clockKeys(spec);
  const names = [
    ...keys,
    ...OFFERED,
    ...columns.flatMap(({ name }) => [eventVersion(name), eventValueOf(name)]),
  ];
  const at = (name: string) => value(names.indexOf(name));
  const isRow = (e: string) => keys.map((key, i) => `${e}.${key} = ${value(i)}`).join(' AND ');
  return statementText`
    INSERT INTO ${log(spec)} (${[...names, 'arrived', 'arrived_at'].join(', ')})
    SELECT
      ${list([...names.map((_, i) => value(i)), DB_VERSION, NOW_MS])}
    FROM ${rows}
    WHERE
      EXISTS (SELECT 1 FROM ${clock(spec)} AS ${CLOCK} WHERE ${isRow(CLOCK)} AND ${CLOCK}.db_version > 0)
      AND NOT EXISTS (
        SELECT 1 FROM ${log(spec)} AS known
        WHERE ${isRow('known')} AND known.site = ${at('site')} AND known.seq = ${at('seq')} AND ifnull(known.db_version, known.arrived) = ${at('db_version')}
      )`;
}

/** After the events are in. */
export function mergeEventsStatements(spec: TableSpec): string[] {
  return [
    ...(spec.clockColumns.length > 0 ? [markLost(spec)] : []),
    noteRivals(spec),
    noteLastHeads(spec),
    touchClocks(spec),
  ];
}

/**
 * Marks the versions that are not what the row has now, and were not what it had before a later event of the same merge
 * made it that.
 */
function markLost(spec: TableSpec): string {
  const table = log(spec);
  const lost = spec.clockColumns.map((column) => {
    const { name } = column;
    return block`
      (
        ${markedVersion(table, column)} > 0
        AND NOT EXISTS (
          SELECT 1 FROM ${clock(spec)} AS ${CLOCK}
          LEFT JOIN ${quoteName(spec.name)} AS base ON ${sameRow(spec, CLOCK, 'base')}
          ${joinAside(spec, (key) => `${CLOCK}.${quoteName(keyOf(key))}`)}
          WHERE
            ${sameKeys(spec, CLOCK, table)}
            AND ${CLOCK}.causal_length = ${table}.causal_length
            AND ${cellVersionSql(name, `${CLOCK}.`)} = ${markedVersion(table, column)}
            AND ${trueValue(spec, name)} IS ${table}.${eventValueOf(name)} COLLATE BINARY
        )
        AND NOT EXISTS (
          SELECT 1 FROM ${log(spec)} AS later
          JOIN ${clock(spec)} AS ${CLOCK} ON ${sameKeys(spec, CLOCK, 'later')} AND ${CLOCK}.causal_length = later.causal_length
          WHERE
            ${sameKeys(spec, 'later', table)}
            AND later.arrived = ${table}.arrived
            AND later.id > ${table}.id
            AND (later.causal_length % 2 = 0 OR ${cellVersionSql(name, `${CLOCK}.`)} = ${markedVersion('later', column)})
        )
      )`;
  });
  const assignments = spec.clockColumns.map((column, i) => {
    const version = eventVersion(column.name);
    return block`${version} = CASE WHEN ${lost[i]!} THEN -${markedVersion(table, column)} ELSE ${version} END`;
  });
  return statementText`
    UPDATE ${table}
    SET
      ${list(assignments)}
    WHERE
      ${isNew(spec, table)}
      AND ${table}.seq IS NOT NULL
      AND (
        ${any(lost)}
      )`;
}

/** SQL of the version that an event gave to a cell whose name is SQL. */
function versionNamed(spec: TableSpec, e: string, name: string): string {
  const columns = replicatedColumns(spec).map(
    (column) => `WHEN ${quoteText(column.name)} THEN abs(${markedVersion(e, column)})`,
  );
  return columns.length === 0 ? '0' : `ifnull(CASE ${name} ${columns.join(' ')} END, 0)`;
}

/** SQL condition: a nobody's event counts as replaced by another, or by the event that it stands for. */
function replacesAssumed(spec: TableSpec, e: string, assumed: string, cell: string): Layout {
  const version = (x: string) => versionNamed(spec, x, cell);
  return block`
    (
      ${e}.causal_length > ${assumed}.causal_length
      OR ${e}.causal_length = ${assumed}.causal_length AND (
        ${version(e)} > ${version(assumed)}
        OR ${version(e)} = ${version(assumed)} AND ${e}.site = ${assumed}.site
      )
    )`;
}

/** SQL condition: an event is in the parents of another one that covers the cell. */
const isParent = (spec: TableSpec, parent: string, child: string, cell: string) =>
  `instr(${child}.parents, ' ' || ${dotSql(parent)} || ' ') > 0 AND ${coversNamed(spec, child, cell)}`;

/** SQL condition: the event `y` is no head of the cell any more. What was a head before can only be replaced by what is new. */
function isReplaced(spec: TableSpec, y: string, cell: string): Layout {
  return block`
    EXISTS (
      SELECT 1 FROM ${log(spec)} AS z
      WHERE
        ${sameKeys(spec, 'z', y)}
        AND z.arrived >= CASE WHEN ${y}.arrived = ${DB_VERSION} THEN 0 ELSE ${DB_VERSION} END
        AND z.id <> ${y}.id
        AND CASE
          WHEN ${y}.seq IS NULL THEN ${coversNamed(spec, 'z', cell)} AND ${replacesAssumed(spec, 'z', y, cell)}
          WHEN z.seq IS NULL THEN ${coversNamed(spec, 'z', cell)} AND NOT ${replacesAssumed(spec, y, 'z', cell)} AND ${versionNamed(spec, 'z', cell)} > ${versionNamed(spec, y, cell)}
          ELSE ${isParent(spec, y, 'z', cell)}
        END
    )`;
}

/** The new events that are the last ones to cover a cell, as FROM and WHERE: `x`, and the cell's name as `cell.column1`. */
function lastNew(spec: TableSpec, more: readonly Fragment[]): Layout {
  const names = cellNames(spec).map((name) => `(${quoteText(name)})`);
  const cell = 'cell.column1';
  return block`
    FROM ${log(spec)} AS x
    CROSS JOIN (VALUES ${names.join(', ')}) AS cell
    ${more[0] ?? ''}
    WHERE
      ${all([
        isNew(spec, 'x'),
        'x.seq IS NOT NULL',
        `EXISTS (SELECT 1 FROM ${log(spec)} AS other WHERE ${sameKeys(spec, 'other', 'x')} AND other.id < x.id)`,
        coversNamed(spec, 'x', cell),
        block`NOT EXISTS (
          SELECT 1 FROM ${log(spec)} AS later
          WHERE ${sameKeys(spec, 'later', 'x')} AND later.arrived = x.arrived AND later.id > x.id AND later.seq IS NOT NULL AND ${coversNamed(spec, 'later', cell)}
        )`,
        ...more.slice(1),
      ])}`;
}

/** Notes heads beside the last event of a cell. */
function noteRivals(spec: TableSpec): string {
  const cell = 'cell.column1';
  const before = block`
    (
      SELECT last.id FROM ${log(spec)} AS last
      WHERE ${sameKeys(spec, 'last', 'x')} AND last.arrived < x.arrived AND ${coversNamed(spec, 'last', cell)}
      ORDER BY last.arrived DESC, last.id DESC
      LIMIT 1
    )`;
  return statementText`
    INSERT INTO ${heads(spec)} (event, column_name, head)
    SELECT x.id, ${cell}, y.id
    ${lastNew(spec, [
      block`CROSS JOIN ${log(spec)} AS y`,
      sameKeys(spec, 'y', 'x'),
      'y.id < x.id',
      coversNamed(spec, 'y', cell),
      block`(
        y.arrived = x.arrived
        OR EXISTS (SELECT 1 FROM ${heads(spec)} AS noted WHERE noted.event = ${before} AND noted.column_name = ${cell} AND noted.head = y.id)
        OR y.id = ${before} AND NOT EXISTS (SELECT 1 FROM ${heads(spec)} AS noted WHERE noted.event = y.id AND noted.column_name = ${cell})
      )`,
      block`NOT ${isReplaced(spec, 'y', cell)}`,
    ])}`;
}

/** Where heads were noted, the last event itself is one unless an event that came before it has it as parent. */
function noteLastHeads(spec: TableSpec): string {
  const cell = 'cell.column1';
  return statementText`
    INSERT INTO ${heads(spec)} (event, column_name, head)
    SELECT x.id, ${cell}, x.id
    ${lastNew(spec, [
      '',
      `EXISTS (SELECT 1 FROM ${heads(spec)} AS noted WHERE noted.event = x.id AND noted.column_name = ${cell})`,
      block`NOT ${isReplaced(spec, 'x', cell)}`,
    ])}`;
}

/** An event that lost changes no clock, and is news all the same: readers find it by its row. */
function touchClocks(spec: TableSpec): string {
  const keys = clockKeys(spec);
  return statementText`
    UPDATE ${clock(spec)}
    SET
      row_db_version = CASE WHEN causal_length % 2 = 1 THEN ifnull(row_db_version, db_version) ELSE row_db_version END,
      db_version = ${DB_VERSION}
    WHERE
      db_version < ${DB_VERSION}
      AND (${keys.join(', ')}) IN (
        SELECT ${keys.map((key) => `news.${key}`).join(', ')} FROM ${log(spec)} AS news
        WHERE ${isNew(spec, 'news')} AND news.seq IS NOT NULL
      )`;
}
