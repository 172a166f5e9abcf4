import type { RowId } from '../../model/row-id.js';
import type { TableSpec } from '../../model/table-spec.js';
import type { SqlValue } from '../../model/value.js';
import { bytesOf } from '../../sql/driver-value.js';
import { all, any, block, list, statementText } from '../../sql/layout.js';
import { keyOf, PENDING_TABLE } from '../../sql/names.js';
import { quoteBlob, quoteName, quoteText } from '../../sql/quote.js';
import { bindValue, type Query, type Statement, statement } from '../../sql/statement.js';
import { noteLocalNewsIf } from '../apply/table.js';
import { clock } from '../clock/table.js';
import { DB_VERSION } from '../state/table.js';
import { isNotRejectedSql, isRejectedSql, pendingKeys, TRY } from './table.js';

/*
 * Changes that the database rejects, because their row breaks a constraint, stay in crr_pending with the
 * reason. They are tried again if their row changes.
 */

/** A row whose changes were rejected. */
export interface RejectedRow extends RowId {
  /** The reason that the database gave. */
  readonly reason: string;
}

/** The same, with the number of its changes. */
export interface CountedRejectedRow extends RejectedRow {
  readonly changes: number;
}

/** Everything that waits is tried by the next apply, and so is what was rejected: a migration may have helped. */
export function tryAll(): string {
  return statementText`
    UPDATE ${PENDING_TABLE}
    SET reason = ${quoteText(TRY)}
    WHERE reason IS NOT ${quoteText(TRY)}`;
}

/** The same for what was rejected. */
export function tryRejected(): string {
  return statementText`
    UPDATE ${PENDING_TABLE}
    SET reason = ${quoteText(TRY)}
    WHERE ${isRejectedSql(PENDING_TABLE)}`;
}

/** How many rows one statement names. */
const ROWS_PER_STATEMENT = 500;

/** Everything that is pending for these rows of a table is to be tried. */
export function tryRows(source: string, table: string, keys: readonly Uint8Array[]): Statement[] {
  const count = Math.ceil(keys.length / ROWS_PER_STATEMENT);
  return Array.from({ length: count }, (_, i) => {
    const slice = keys.slice(i * ROWS_PER_STATEMENT, (i + 1) * ROWS_PER_STATEMENT);
    return statement(statementText`
      UPDATE ${PENDING_TABLE}
      SET reason = ${quoteText(TRY)}
      WHERE
        source = ${quoteText(source)}
        AND table_name = ${quoteText(table)}
        AND pk IN (${slice.map(quoteBlob).join(', ')})`);
  });
}

/** Rejects everything that is pending for a row. */
export function rejectRow(source: string, { table, pk, reason }: RejectedRow): Statement {
  const args: SqlValue[] = [];
  return statement(
    statementText`
      UPDATE ${PENDING_TABLE}
      SET
        reason = ${bindValue(reason, args)},
        db_version = ${DB_VERSION}
      WHERE
        source = ${quoteText(source)}
        AND table_name = ${quoteText(table)}
        AND pk = ${quoteBlob(pk)}`,
    args,
  );
}

/** What was rejected is to be tried if its row, or something else that waits for the row, is newer. */
export function tryChanged(source: string, spec: TableSpec): string {
  const keys = pendingKeys(spec.key.length);
  const sameRow = spec.key.map(
    ({ name }, i) => `clock.${quoteName(keyOf(name))} = ${PENDING_TABLE}.${keys[i]}`,
  );
  return statementText`
    UPDATE ${PENDING_TABLE}
    SET reason = ${quoteText(TRY)}
    WHERE
      source = ${quoteText(source)}
      AND +table_name = ${quoteText(spec.name)}
      AND ${isRejectedSql(PENDING_TABLE)}
      AND (
        ${any([
          block`
            EXISTS (
              SELECT 1 FROM ${clock(spec)} AS clock
              WHERE ${all([...sameRow, `clock.db_version > ${PENDING_TABLE}.db_version`])}
            )`,
          block`
            EXISTS (
              SELECT 1 FROM ${PENDING_TABLE} AS newer
              WHERE
                newer.source = ${PENDING_TABLE}.source
                AND newer.table_name = ${PENDING_TABLE}.table_name
                AND newer.pk = ${PENDING_TABLE}.pk
                AND newer.db_version > ${PENDING_TABLE}.db_version
            )`,
        ])}
      )`;
}

/** If something is tried, the running apply stamps what its batch does not contain. */
export function noteTried(source: string): string {
  return noteLocalNewsIf(block`
    EXISTS (
      SELECT 1 FROM ${PENDING_TABLE}
      WHERE source = ${quoteText(source)} AND reason = ${quoteText(TRY)}
    )`);
}

/** What was tried and could not be applied yet goes on waiting. */
export function goOnWaiting(source: string, table: string): string {
  return statementText`
    UPDATE ${PENDING_TABLE}
    SET reason = NULL
    WHERE
      source = ${quoteText(source)}
      AND +table_name = ${quoteText(table)}
      AND reason = ${quoteText(TRY)}`;
}

/** What is to be tried goes on waiting if its table is none of these. */
export function waitForTables(source: string, tables: readonly string[]): string {
  return statementText`
    UPDATE ${PENDING_TABLE}
    SET reason = NULL
    WHERE
      source = ${quoteText(source)}
      AND reason = ${quoteText(TRY)}
      AND table_name NOT IN (${tables.map(quoteText).join(', ')})`;
}

/** Lists the rows for which something waits from a source and was not rejected, by table and packed key. */
export function listWaitingRows(source: string, read: (row: RowId) => void): Query {
  return rowsQuery(source, isNotRejectedSql('waiting'), read);
}

/** Lists the rows for which something of a source was rejected. */
export function listRejectedRows(source: string, read: (row: RowId) => void): Query {
  return rowsQuery(source, isRejectedSql('waiting'), read);
}

function rowsQuery(source: string, condition: string, read: (row: RowId) => void): Query {
  const sql = statementText`
    SELECT DISTINCT table_name, pk
    FROM ${PENDING_TABLE} AS waiting
    WHERE waiting.source = ${quoteText(source)} AND ${condition}
    ORDER BY table_name, pk`;
  return {
    ...statement(sql),
    read(rows) {
      for (const { 0: table, 1: pk } of rows) read({ table: String(table), pk: bytesOf(pk!) });
    },
  };
}

/** Lists the rows that were rejected, whoever brought them. */
export function listRejected(read: (row: CountedRejectedRow) => void): Query {
  return rejectedQuery([isRejectedSql('waiting')], read);
}

/** Lists those that the running apply has rejected. */
export function listRejectedNow(source: string, read: (row: CountedRejectedRow) => void): Query {
  return rejectedQuery(
    [
      `waiting.source = ${quoteText(source)}`,
      isRejectedSql('waiting'),
      `waiting.db_version = ${DB_VERSION}`,
    ],
    read,
  );
}

function rejectedQuery(
  conditions: readonly string[],
  read: (row: CountedRejectedRow) => void,
): Query {
  const sql = statementText`
    SELECT
      ${list(['waiting.table_name', 'waiting.pk', 'max(waiting.reason)', 'count(*)'])}
    FROM ${PENDING_TABLE} AS waiting
    WHERE
      ${all(conditions)}
    GROUP BY waiting.table_name, waiting.pk
    ORDER BY waiting.table_name, waiting.pk`;
  return {
    ...statement(sql),
    read(rows) {
      for (const { 0: table, 1: pk, 2: reason, 3: changes } of rows) {
        read({
          table: String(table),
          pk: bytesOf(pk!),
          reason: String(reason),
          changes: Number(changes),
        });
      }
    },
  };
}
