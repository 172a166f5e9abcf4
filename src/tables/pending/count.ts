import { all, statementText } from '../../sql/layout.js';
import { FORMER_TABLE, PENDING_TABLE } from '../../sql/names.js';
import { quoteText } from '../../sql/quote.js';
import { type Query, queryRow, statement } from '../../sql/statement.js';
import { WHOLE_TABLE } from '../former/table.js';
import { isNotRejectedSql } from './table.js';

/** How many changes wait. Those that were rejected do not. */
export function countPending(read: (count: number) => void): Query {
  const sql = statementText`
    SELECT count(*) FROM ${PENDING_TABLE} AS waiting
    WHERE ${isNotRejectedSql('waiting')}`;
  return queryRow(sql, ({ 0: count }) => read(Number(count)));
}

/** Whether any change of a source waits or was rejected. */
export function anyPending(source: string, read: (isAny: boolean) => void): Query {
  const sql = `SELECT EXISTS (SELECT 1 FROM ${PENDING_TABLE} WHERE source = ${quoteText(source)})`;
  return queryRow(sql, ({ 0: isAny }) => read(Number(isAny) === 1));
}

/**
 * Present names of the tables for which something waits from a source.
 *
 * @param withRejected whether changes that were rejected count.
 */
export function readWaitingTables(
  source: string,
  withRejected: boolean,
  read: (table: string) => void,
): Query {
  const sql = statementText`
    SELECT DISTINCT ifnull(former.present_name, waiting.table_name)
    FROM ${PENDING_TABLE} AS waiting
    LEFT JOIN ${FORMER_TABLE} AS former
      ON former.table_name = waiting.table_name AND former.cid = ${WHOLE_TABLE}
    WHERE
      ${all([`waiting.source = ${quoteText(source)}`, ...(withRejected ? [] : [isNotRejectedSql('waiting')])])}`;
  return {
    ...statement(sql),
    read(rows) {
      for (const { 0: table } of rows) read(String(table));
    },
  };
}
