import type { SqlValue } from '../model/value.js';
import type { DriverRow } from './driver-value.js';
import { quoteReal } from './quote.js';

/** One SQL statement with the values of its placeholders. */
export interface Statement {
  readonly sql: string;
  readonly args: readonly SqlValue[];
}

/** A statement that reads the rows it gives, so that no result is found by its position in a batch. */
export interface Query extends Statement {
  readonly read?: (rows: readonly DriverRow[]) => void;
}

/** A query that keeps its rows. */
export interface CollectingQuery extends Query {
  readonly rows: readonly DriverRow[];
}

export function collecting({ sql, args }: Statement): CollectingQuery {
  let kept: readonly DriverRow[] = [];
  return {
    sql,
    args,
    get rows() {
      return kept;
    },
    read(rows) {
      kept = rows;
    },
  };
}

/** A query of one row. */
export function queryRow(sql: string, read: (row: DriverRow) => void): Query {
  return { sql, args: [], read: ([row]) => read(row!) };
}

export const statement = (sql: string, args: readonly SqlValue[] = []): Statement => ({
  sql,
  args,
});

/**
 * A value as SQL text, pushing what must be bound to `args`. Integers are written out: a literal
 * costs a driver less than a bound value, and JavaScript numbers would bind as REAL. So are the
 * infinities, which drivers refuse to bind, and -0.0, which JSON loses on the way to a server.
 */
export function bindValue(value: SqlValue, args: SqlValue[]): string {
  if (value === null) return 'NULL';
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))) {
    return quoteReal(value);
  }
  args.push(value);
  return '?';
}
