import { statementText } from '../sql/layout.js';
import { GUARD_TABLE, PENDING_TABLE, STATE_TABLE } from '../sql/names.js';
import { quoteText } from '../sql/quote.js';
import { type Query, queryRow, statement } from '../sql/statement.js';
import { DB_VERSION, SOURCE } from '../tables/state/table.js';
import type { MergeOutcome } from './outcome.js';

/**
 * Counts what is pending from a source, and what of it came with the running apply.
 *
 * @param from counts what came after this db_version as of this apply.
 */
export function countWaiting(
  source: string,
  outcome: MergeOutcome,
  from: number | undefined,
): Query {
  const isNew =
    from === undefined ? 'waiting.db_version = state.db_version' : `waiting.db_version > ${from}`;
  const sql = statementText`
    SELECT
      count(*),
      ifnull(sum(waiting.reason = ''), 0),
      ifnull(sum(waiting.reason > ''), 0),
      ifnull(sum(${isNew} AND waiting.reason IS NULL), 0),
      ifnull(sum(${isNew} AND waiting.cid <> '-1'), 0)
    FROM ${PENDING_TABLE} AS waiting, ${STATE_TABLE} AS state
    WHERE waiting.source = ${quoteText(source)}`;
  return queryRow(sql, (row) => {
    const { 0: total, 1: toTry, 2: rejected, 3: ofBatch, 4: cellsOfBatch } = row;
    outcome.waiting = {
      total: Number(total),
      toTry: Number(toTry),
      rejected: Number(rejected),
      ofBatch: Number(ofBatch),
      cellsOfBatch: Number(cellsOfBatch),
    };
  });
}

/** Refuses the batch if a row of it has to wait. */
export function refuseIncomplete(): Query {
  return statement(statementText`
    INSERT INTO ${GUARD_TABLE} (reason)
    SELECT 'incomplete' FROM ${PENDING_TABLE}
    WHERE source = ${SOURCE} AND db_version = ${DB_VERSION}
    LIMIT 1`);
}
