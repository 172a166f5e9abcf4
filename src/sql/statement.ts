import type { SqlValue } from '../model/value.js';
import { quoteReal } from './quote.js';

/** One SQL statement with the values of its placeholders. */
export interface Statement {
  readonly sql: string;
  readonly args: readonly SqlValue[];
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
