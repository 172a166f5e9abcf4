import type { TableSpec } from '../model/table-spec.js';
import { statementText } from '../sql/layout.js';
import { asideTable, clockTable } from '../sql/names.js';
import { quoteName } from '../sql/quote.js';
import { type Query, queryRow } from '../sql/statement.js';
import { sameRow } from './clock/table.js';

export interface TableCounts {
  readonly rows: number;
  /** Clock rows of rows that were deleted. */
  readonly tombstones: number;
}

export function countRows(table: string, read: (counts: TableCounts) => void): Query {
  const sql = statementText`
    SELECT
      (SELECT count(*) FROM ${quoteName(table)}),
      (SELECT count(*) FROM ${quoteName(clockTable(table))} WHERE causal_length % 2 = 0 AND db_version > 0)`;
  return queryRow(sql, ({ 0: rows, 1: tombstones }) =>
    read({ rows: Number(rows), tombstones: Number(tombstones) }),
  );
}

/** Whether a table has as many rows, shown or parked, as living clocks. */
export function compareCounts(spec: TableSpec, read: (isMatch: boolean) => void): Query {
  const { name: table, constraints } = spec;
  const parked = `(SELECT count(*) FROM ${quoteName(asideTable(table))} WHERE state IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ${quoteName(table)} AS base WHERE ${sameRow(spec, quoteName(asideTable(table)), 'base')}))`;
  const sql = statementText`
    SELECT
      (SELECT count(*) FROM ${quoteName(table)})
      ${constraints === undefined ? '' : `+ ${parked}`}
      = (SELECT count(*) FROM ${quoteName(clockTable(table))} WHERE causal_length % 2 = 1)`;
  return queryRow(sql, ({ 0: isMatch }) => read(Number(isMatch) === 1));
}

/** Bytes of all tables and indexes that are not a user's. Not every database has dbstat. */
export function countBookkeepingBytes(read: (bytes: number) => void): Query {
  const sql = statementText`
    SELECT sum(pgsize)
    FROM dbstat
    JOIN sqlite_master ON sqlite_master.name = dbstat.name
    WHERE
      sqlite_master.tbl_name GLOB 'crr_*'
      OR sqlite_master.tbl_name GLOB '*__crr_*'`;
  return queryRow(sql, ({ 0: bytes }) => read(Number(bytes)));
}
