import type { ReplicatedColumnSpec, TableSpec } from '../../model/table-spec.js';
import { all, block, list, statementText } from '../../sql/layout.js';
import { NOW_MS } from '../../sql/now.js';
import { CLOCK, clock, clockKeys, sameKeys } from '../clock/table.js';
import { DB_VERSION } from '../state/table.js';
import { dropPruned } from './offered-again.js';
import { noteHeads } from './rivals.js';
import { rowOfEvent, showsEvent } from './shown.js';
import { eventValueOf, eventVersion, isNew, log, markedVersion } from './table.js';

/*
 * Events of other sites come into the log when the cells that they wrote are merged: the clocks decide what a row is,
 * and the log keeps how it came about.
 */

/** The columns of an event that is offered, in the order in which {@link insertEventsStatement} reads them. */
export const OFFERED = [
  'site',
  'db_version',
  'seq',
  'time',
  'causal_length',
  'row_version',
  'parents',
  'pruned',
  'others',
];

/**
 * Takes events of other sites into the log, unless it has them. Those of a row that is not here are left out: it waits for
 * cells, and what it is when they come is noted then. No event may be among the rows twice.
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
        WHERE ${isRow('known')} AND known.arrived < ${DB_VERSION} AND known.site = ${at('site')} AND known.seq = ${at('seq')} AND ifnull(known.db_version, known.arrived) = ${at('db_version')}
      )`;
}

/** After the events are in. */
export function mergeEventsStatements(spec: TableSpec): string[] {
  return [
    dropPruned(spec),
    ...(spec.clockColumns.length > 0 ? [markLost(spec)] : []),
    ...noteHeads(spec),
    touchClocks(spec),
  ];
}

/**
 * Marks the versions that are not what the row has now, and were not what it had before a later event of the same merge
 * made it that. Usually the row has all that the event wrote, which one look at its clock shows.
 */
function markLost(spec: TableSpec): string {
  const table = log(spec);
  const isShown = (column: ReplicatedColumnSpec, e: string) => showsEvent(spec, e, column);
  const row = (e: string) => rowOfEvent(spec, e);
  const hasAll = spec.clockColumns.map(
    (column) => `(${markedVersion(table, column)} IS NULL OR ${isShown(column, table)})`,
  );
  const assignments = spec.clockColumns.map((column) => {
    const { name } = column;
    const version = eventVersion(name);
    return block`
      ${version} = CASE
        WHEN
          ${markedVersion(table, column)} > 0
          AND NOT EXISTS (
            SELECT 1 FROM ${row(table)}
              AND ${isShown(column, table)}
          )
          AND NOT EXISTS (
            SELECT 1 FROM ${log(spec)} AS later
            CROSS JOIN ${row('later')}
              AND ${sameKeys(spec, 'later', table)}
              AND later.arrived = ${table}.arrived
              AND later.id > ${table}.id
              AND (later.causal_length % 2 = 0 OR ${isShown(column, 'later')})
          )
        THEN -${markedVersion(table, column)}
        ELSE ${version}
      END`;
  });
  return statementText`
    UPDATE ${table}
    SET
      ${list(assignments)}
    WHERE
      ${isNew(spec, table)}
      AND ${table}.seq IS NOT NULL
      AND ${table}.causal_length % 2 = 1
      AND NOT EXISTS (
        SELECT 1 FROM ${row(table)}
          AND ${all(hasAll)}
      )`;
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
