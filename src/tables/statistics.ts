import { clockTable } from '../sql/names.js';
import { quoteName } from '../sql/quote.js';
import { type Statement, statement } from '../sql/statement.js';

/** Rows of a CRR, and tombstones of rows that were deleted: two integers. */
export const selectCounts = (table: string): Statement =>
  statement(`
    SELECT
      (SELECT count(*) FROM ${quoteName(table)}) AS row_count,
      (SELECT count(*) FROM ${quoteName(clockTable(table))} WHERE cl % 2 = 0) AS tombstone_count`);

/** Bytes of all tables and indexes that are not a user's. Not every database has dbstat. */
export const selectBookkeepingBytes: Statement = statement(`
  SELECT sum(pgsize)
  FROM dbstat
  JOIN sqlite_master ON sqlite_master.name = dbstat.name
  WHERE sqlite_master.tbl_name GLOB 'crr_*' OR sqlite_master.tbl_name GLOB '*__crr_*'`);
