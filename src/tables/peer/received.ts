import { statementText } from '../../sql/layout.js';
import { PEER_TABLE } from '../../sql/names.js';
import { type Query, queryRow } from '../../sql/statement.js';

/**
 * Reads how far everything is that was received from peers which let this database see some of the rows: a text that
 * changes whenever one of them may have had rows evicted, which leaves no stamp.
 */
export function readFiltered(read: (progress: string) => void): Query {
  const sql = statementText`
    SELECT ifnull(group_concat(filter || ' ' || version || ifnull(position, '') || skip), '') AS progress
    FROM ${PEER_TABLE}
    WHERE filter > '' AND direction = 'received'`;
  return queryRow(sql, ({ 0: progress }) => read(String(progress)));
}
