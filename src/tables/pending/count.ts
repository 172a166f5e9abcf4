import { PENDING_TABLE } from '../../sql/names.js';
import { type Query, queryRow } from '../../sql/statement.js';

/** How many changes wait. */
export function countPending(read: (count: number) => void): Query {
  return queryRow(`SELECT count(*) FROM ${PENDING_TABLE}`, ({ 0: count }) => read(Number(count)));
}
