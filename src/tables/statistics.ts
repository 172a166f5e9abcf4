import type { TableSpec } from '../model/table-spec.js';
import { statementText } from '../sql/layout.js';
import {
  asideTable,
  clockTable,
  headTable,
  importIndex,
  logIndex,
  logTable,
} from '../sql/names.js';
import { quoteName, quoteText } from '../sql/quote.js';
import { type Query, queryRow } from '../sql/statement.js';
import { sameRow } from './clock/table.js';
import { log, pruned } from './log/table.js';

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

export interface LogCounts {
  readonly events: number;
  /** The past before this db_version is not known; 0 = all of it is. */
  readonly horizon: number;
}

export function countEvents(spec: TableSpec, read: (counts: LogCounts) => void): Query {
  const sql = statementText`
    SELECT
      (SELECT count(*) FROM ${log(spec)}) AS events,
      ifnull((SELECT version FROM ${pruned(spec)}), 0) AS horizon`;
  return queryRow(sql, ({ 0: events, 1: horizon }) =>
    read({ events: Number(events), horizon: Number(horizon) }),
  );
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

/** The same for the log of a table, with its index and heads. */
export function countLogBytes({ name }: TableSpec, read: (bytes: number) => void): Query {
  const parts = [logTable, logIndex, importIndex, headTable].map((part) => quoteText(part(name)));
  const sql = `SELECT sum(pgsize) AS bytes FROM dbstat WHERE name IN (${parts.join(', ')})`;
  return queryRow(sql, ({ 0: bytes }) => read(Number(bytes)));
}
