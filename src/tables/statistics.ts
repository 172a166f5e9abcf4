import { statementText } from '../sql/layout.js';
import { clockTable } from '../sql/names.js';
import { quoteName } from '../sql/quote.js';
import { type Query, queryRow } from '../sql/statement.js';

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

/** Whether a table has as many rows as living clocks. */
export function compareCounts(table: string, read: (isMatch: boolean) => void): Query {
  const sql = statementText`
    SELECT
      (SELECT count(*) FROM ${quoteName(table)})
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
