import type { SqlValue } from '../model/value.js';
import { MultiRowStatements, type StatementLimits } from '../sql/multi-row.js';
import { bindValue, type Statement } from '../sql/statement.js';
import type { RowOffer } from './group.js';

/**
 * Queries about rows that are offered, as many as the engine's limits require.
 *
 * @param query a query on `VALUES` with each row's index as `column1`, and its key as `column2` and so on.
 * @param args of the query, after those of the rows.
 */
export function queryOffered(
  offers: readonly Pick<RowOffer, 'key'>[],
  limits: StatementLimits,
  query: (rows: string) => string,
  args: readonly SqlValue[] = [],
): Statement[] {
  const statements = new MultiRowStatements(query, {
    ...limits,
    maxParameters: limits.maxParameters - args.length,
  });
  offers.forEach(({ key }, index) => {
    const bound: SqlValue[] = [];
    const values = key.map((value) => bindValue(value, bound));
    statements.add([index, ...values].join(', '), bound);
  });
  return statements.finish().map((one) => ({ sql: one.sql, args: [...one.args, ...args] }));
}
