import type { TableSpec } from '../../model/table-spec.js';
import { block, type Fragment, list, statementText } from '../../sql/layout.js';
import { STATE_TABLE } from '../../sql/names.js';
import { DB_VERSION, LOCAL_SITE, takeDbVersionStatement } from '../state/table.js';
import { stampSql } from './clock.js';
import { CLOCK, cellClock, clock, clockKeys, clockRowid } from './table.js';

/*
 * Statements that bring clock rows into order. What they stamp is news of this database, so its peers get it.
 */

/** SQL of a stamp of this site and of now. */
export const STAMP_NOW = stampSql(DB_VERSION, LOCAL_SITE, '0');

/**
 * Updates the clock rows, called `crr_clock` in the condition, that meet it.
 *
 * @param set assignments.
 */
export function updateClocks(spec: TableSpec, where: Fragment, set: readonly Fragment[]): string[] {
  const rows = block`
    SELECT ${CLOCK}.${clockRowid(spec)}
    FROM ${clock(spec)} AS ${CLOCK}
    WHERE
      ${where}`;
  return [
    takeDbVersionStatement(`EXISTS (${rows})`),
    statementText`
      UPDATE ${clock(spec)}
      SET
        ${list(set)}
      WHERE ${clockRowid(spec)} IN (
        ${rows}
      )`,
  ];
}

export function deleteClocks(spec: TableSpec, where: Fragment): string[] {
  return [
    statementText`
      DELETE FROM ${clock(spec)}
      WHERE ${clockRowid(spec)} IN (
        SELECT ${CLOCK}.${clockRowid(spec)}
        FROM ${clock(spec)} AS ${CLOCK}
        WHERE
          ${where}
      )`,
  ];
}

/** The row is sent again. Its cells keep their stamps. */
export const OFFERED_AGAIN = [
  'row_db_version = ifnull(row_db_version, db_version)',
  `db_version = ${DB_VERSION}`,
];

/** Everything in the row was written here, now, for the first time. */
export const rewritten = (spec: TableSpec): string[] => [
  `db_version = ${DB_VERSION}`,
  'row_version = 1',
  'row_db_version = NULL',
  `row_site = ${LOCAL_SITE}`,
  'row_seq = 1',
  ...spec.clockColumns.map(({ name }) => `${cellClock(name)} = NULL`),
];

/**
 * Clocks for rows that have none, and are aside or have cells: as if this site had written them now. The cells stay as
 * they are.
 *
 * @param from a table with the clock table's key columns.
 */
export function stampRows(spec: TableSpec, from: string, where: Fragment = 'true'): string[] {
  const keys = clockKeys(spec);
  const isMissing = block`
    NOT EXISTS (
      SELECT 1 FROM ${clock(spec)} AS ${CLOCK}
      WHERE ${keys.map((key) => `${CLOCK}.${key} = stamped.${key}`).join(' AND ')}
    )
    AND ${where}`;
  const sentinel = spec.clockColumns.length === 0 ? STAMP_NOW : 'NULL';
  const columns = [
    ...keys,
    ...['causal_length', 'db_version', 'row_version', 'row_site', 'row_seq', 'sentinel'],
    ...spec.clockColumns.map(({ name }) => cellClock(name)),
  ];
  const values = [
    ...keys.map((key) => `stamped.${key}`),
    ...['1', DB_VERSION, '1', LOCAL_SITE, '1', sentinel],
    ...spec.clockColumns.map(() => 'NULL'),
  ];
  return [
    takeDbVersionStatement(`EXISTS (SELECT 1 FROM ${from} AS stamped WHERE ${isMissing})`),
    statementText`
      INSERT INTO ${clock(spec)} (
        ${list(columns)}
      )
      SELECT
        ${list(values)}
      FROM (
        SELECT DISTINCT ${keys.map((key) => `stamped.${key}`).join(', ')}
        FROM ${from} AS stamped
        WHERE
          ${isMissing}
      ) AS stamped`,
  ];
}

/** No db_version that something is stamped with is greater than the database's. */
export function raiseDbVersion(greatest: Fragment): string {
  return statementText`
    UPDATE ${STATE_TABLE}
    SET db_version = max(db_version, ifnull(${greatest}, 0))`;
}
