import { block, list, statementText } from '../sql/layout.js';
import { GUARD_TABLE, PENDING_TABLE } from '../sql/names.js';
import { quoteText } from '../sql/quote.js';
import { type Query, queryRow, statement } from '../sql/statement.js';
import { SOURCE } from '../tables/apply/table.js';
import { isRejectedSql, isTriedSql } from '../tables/pending/table.js';
import { DB_VERSION } from '../tables/state/table.js';
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
    from === undefined ? `waiting.db_version = ${DB_VERSION}` : `waiting.db_version > ${from}`;
  // Each by an index: much may wait.
  const count = (...conditions: string[]) => block`
    (
      SELECT count(*) FROM ${PENDING_TABLE} AS waiting
      WHERE ${[`waiting.source = ${quoteText(source)}`, ...conditions].join(' AND ')}
    )`;
  const counts = [
    count(),
    count(isTriedSql('waiting')),
    count(isRejectedSql('waiting')),
    count(isNew, '+waiting.reason IS NULL'),
    count(isNew, "waiting.cid <> '-1'"),
  ];
  const sql = statementText`
    SELECT
      ${list(counts)}`;
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
