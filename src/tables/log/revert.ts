import {
  type ReplicatedColumnSpec,
  replicatedColumns,
  type TableSpec,
} from '../../model/table-spec.js';
import type { SqlValue } from '../../model/value.js';
import { list, statementText } from '../../sql/layout.js';
import { COMMIT_TABLE, GUARD_TABLE, STATE_TABLE } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { bindValue, type Query, type Statement, statement } from '../../sql/statement.js';
import { log } from './table.js';

/* Writes that take others back: ordinary writes to the base table, which its triggers stamp and log. */

/** Fails the batch if anything was written or merged since a db_version. */
export const guardVersion = (dbVersion: number): Statement =>
  statement(
    `INSERT INTO ${GUARD_TABLE} (reason) SELECT 'stale' FROM ${STATE_TABLE} WHERE db_version <> ${dbVersion}`,
  );

/** A cell's value; or what is added to the value of a counter. */
export interface RestoredCell {
  readonly column: ReplicatedColumnSpec;
  readonly value: SqlValue;
  readonly isAdded?: boolean;
}

/** The cells of a row that has these values, by column name. */
export const restoredCells = (
  spec: TableSpec,
  values: ReadonlyMap<string, SqlValue>,
): RestoredCell[] =>
  replicatedColumns(spec).flatMap((column) => {
    const value = values.get(column.name);
    return value === undefined ? [] : [{ column, value }];
  });

export function updateRow(
  spec: TableSpec,
  key: readonly SqlValue[],
  cells: readonly RestoredCell[],
): Statement {
  const args: SqlValue[] = [];
  const sets = cells.map(({ column: { name }, value, isAdded }) => {
    const bound = bindValue(value, args);
    return `${quoteName(name)} = ${isAdded ? `${quoteName(name)} + (${bound})` : bound}`;
  });
  const keyIs = isKey(spec, key, args);
  const sql = statementText`
    UPDATE ${quoteName(spec.name)}
    SET
      ${list(sets)}
    WHERE ${keyIs}`;
  return statement(sql, args);
}

export function insertRow(
  spec: TableSpec,
  key: readonly SqlValue[],
  cells: readonly RestoredCell[],
): Statement {
  const args: SqlValue[] = [];
  const names = [...spec.key, ...cells.map(({ column }) => column)];
  const values = [...key, ...cells.map(({ value }) => value)].map((value) =>
    bindValue(value, args),
  );
  const sql = statementText`
    INSERT INTO ${quoteName(spec.name)} (${names.map(({ name }) => quoteName(name)).join(', ')})
    VALUES (
      ${list(values)}
    )`;
  return statement(sql, args);
}

export function deleteRow(spec: TableSpec, key: readonly SqlValue[]): Statement {
  const args: SqlValue[] = [];
  return statement(`DELETE FROM ${quoteName(spec.name)} WHERE ${isKey(spec, key, args)}`, args);
}

const isKey = (spec: TableSpec, key: readonly SqlValue[], args: SqlValue[]): string =>
  spec.key.map(({ name }, i) => `${quoteName(name)} = ${bindValue(key[i]!, args)}`).join(' AND ');

/** A transaction of this site, and what it takes back. */
export interface OwnCommit {
  readonly dbVersion: number;
  readonly reverts: string | undefined;
}

/** Reads the latest transactions that this site wrote to a table. */
export function readOwnCommits(
  spec: TableSpec,
  limit: number,
  found: (commit: OwnCommit) => void,
): Query {
  const sql = statementText`
    SELECT
      e.arrived AS version,
      (SELECT made.reverts FROM ${COMMIT_TABLE} AS made WHERE made.site = e.site AND made.db_version = e.arrived) AS reverts
    FROM (
      SELECT arrived, site FROM ${log(spec)}
      WHERE site = (SELECT site FROM ${STATE_TABLE}) AND db_version IS NULL AND seq IS NOT NULL
      ORDER BY id DESC
      LIMIT ${limit}
    ) AS e
    GROUP BY e.arrived`;
  return {
    ...statement(sql),
    read(rows) {
      for (const { 0: version, 1: reverts } of rows) {
        found({
          dbVersion: Number(version),
          reverts: reverts === null || reverts === undefined ? undefined : String(reverts),
        });
      }
    },
  };
}

/** Reads which transactions of a site take others back, whether or not the log still has them. */
export function readReverting(
  site: number,
  found: (dbVersion: number, reverts: string) => void,
): Query {
  const sql = `SELECT db_version, reverts FROM ${COMMIT_TABLE} WHERE site = ${site} AND reverts IS NOT NULL`;
  return {
    ...statement(sql),
    read(rows) {
      for (const { 0: dbVersion, 1: reverts } of rows) found(Number(dbVersion), String(reverts));
    },
  };
}
