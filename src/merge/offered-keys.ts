import { unpackKey } from '../model/packed-key.js';
import type { SqlValue } from '../model/value.js';
import { MultiRowStatements, type StatementLimits } from '../sql/multi-row.js';
import { bindValue, type Query, type Statement } from '../sql/statement.js';
import type { RowOffer } from './table-group.js';

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

/**
 * The same for rows by their packed keys, of which the query returns the indexes of some.
 *
 * @param options.found is called with each of these.
 */
export function findOffered(
  pks: readonly Uint8Array[],
  { limits, found }: FindOptions,
  query: (rows: string) => string,
  args?: readonly SqlValue[],
): Query[] {
  const offers = pks.map((pk) => ({ key: unpackKey(pk) }));
  return queryOffered(offers, limits, query, args).map((one) => ({
    ...one,
    read(rows) {
      for (const { 0: index } of rows) found(Number(index));
    },
  }));
}

export interface FindOptions {
  readonly limits: StatementLimits;
  readonly found: (index: number) => void;
}
