import type { RowId } from '../../model/row-id.js';
import { bytesOf } from '../../sql/driver-value.js';
import { block, statementText } from '../../sql/layout.js';
import { PENDING_TABLE } from '../../sql/names.js';
import { quoteText } from '../../sql/quote.js';
import { type Query, queryRow, statement } from '../../sql/statement.js';
import { DB_VERSION } from '../state/table.js';

/** How much may be pending from one source. */
export interface PendingQuota {
  readonly changes: number;
  /** Bytes of their keys, names and values. */
  readonly bytes: number;
}

/**
 * Removes what the running apply has put into the pending table beyond the quota of its source: of its changes, those
 * that came last.
 *
 * @param read called with each row of which a change is removed.
 */
export function removeOverQuota(
  source: string,
  { changes, bytes }: PendingQuota,
  read: (row: RowId) => void,
): Query[] {
  const from = `source = ${quoteText(source)}`;
  const before = (total: string) =>
    block`(SELECT ${total} FROM ${PENDING_TABLE} WHERE ${from} AND db_version < ${DB_VERSION})`;
  const over = block`
    SELECT id
    FROM (
      SELECT
        rowid AS id,
        row_number() OVER (ORDER BY rowid) AS changes,
        sum(size) OVER (ORDER BY rowid) AS bytes
      FROM ${PENDING_TABLE}
      WHERE ${from} AND db_version = ${DB_VERSION}
    )
    WHERE
      changes > ${changes} - ${before('count(*)')}
      OR bytes > ${bytes} - ${before('ifnull(sum(size), 0)')}`;
  const found = statementText`
    SELECT DISTINCT table_name, pk
    FROM ${PENDING_TABLE}
    WHERE rowid IN (
      ${over}
    )`;
  const remove = statementText`
    DELETE FROM ${PENDING_TABLE}
    WHERE rowid IN (
      ${over}
    )`;
  return [
    {
      ...statement(found),
      read(rows) {
        for (const { 0: table, 1: pk } of rows) read({ table: String(table), pk: bytesOf(pk!) });
      },
    },
    statement(remove),
  ];
}

/** Reads how much is pending from a source. */
export function readPendingUsage(source: string, read: (usage: PendingQuota) => void): Query {
  const sql = statementText`
    SELECT count(*), ifnull(sum(size), 0)
    FROM ${PENDING_TABLE}
    WHERE source = ${quoteText(source)}`;
  return queryRow(sql, ({ 0: changes, 1: bytes }) =>
    read({ changes: Number(changes), bytes: Number(bytes) }),
  );
}
