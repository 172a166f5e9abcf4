import { statementText } from '../sql/layout.js';
import { GUARD_TABLE, PENDING_TABLE, STATE_TABLE } from '../sql/names.js';
import { quoteText } from '../sql/quote.js';
import { type Query, queryRow, statement } from '../sql/statement.js';
import { DB_VERSION, SOURCE } from '../tables/state/table.js';
import type { MergeOutcome } from './outcome.js';

/** Counts what waits from a source, and what of it came with the running apply. */
export function countWaiting(source: string, outcome: MergeOutcome): Query {
  const sql = statementText`
    SELECT
      count(*),
      ifnull(sum(waiting.db_version = state.db_version), 0),
      ifnull(sum(waiting.db_version = state.db_version AND waiting.cid <> '-1'), 0)
    FROM ${PENDING_TABLE} AS waiting, ${STATE_TABLE} AS state
    WHERE waiting.source = ${quoteText(source)}`;
  return queryRow(sql, (row) => {
    const [total, ofBatch, cellsOfBatch] = Array.from(row, Number) as [number, number, number];
    outcome.waiting = { total, ofBatch, cellsOfBatch };
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
