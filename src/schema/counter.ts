import { type SQL, sql } from 'drizzle-orm';
import { type customType, integer, type SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { COUNTER_KIND, isCounter } from '../columns/counter/type.js';
import { kindOf, markKind } from '../columns/mark.js';
import { CrrUsageError } from '../errors.js';

/** As a custom type, which has the same type parameters in Drizzle 0.45 and 1.0: those of `integer` differ. */
type Counter = ReturnType<
  ReturnType<typeof customType<{ data: number; driverData: number; notNull: true; default: true }>>
>;

/**
 * Declares a counter: an `INTEGER NOT NULL DEFAULT 0` whose concurrent writes add up. However it is written,
 * the write adds the difference to the value that the column showed.
 *
 * Writing text or a fraction, or leaving the range of -(2^53 - 1) to 2^53 - 1, raises an error; a sum that
 * leaves it in a merge shows the nearest end of the range, and the result of the apply lists it.
 *
 * @example
 * const posts = crrTable('posts', { id: text('id').primaryKey(), views: counter('views') });
 * await db.update(posts).set({ views: increment(posts.views) });
 */
export function counter(name = ''): Counter {
  return markKind(integer(name).notNull().default(0), COUNTER_KIND, 'counter()') as never;
}

/**
 * The SQL expression for a counter and what to add to it, for `set` in updates and upserts.
 *
 * @param by an integer; negative to take away. A number must be a safe integer, a bigint an int64.
 * @throws {CrrUsageError} if `by` is not an integer, or the column is not a counter.
 *
 * @example
 * await db.update(posts).set({ views: increment(posts.views, 10) }).where(eq(posts.id, 'a'));
 */
export function increment(column: SQLiteColumn, by: number | bigint = 1): SQL<number> {
  if (!isCounter(kindOf(column))) {
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      `increment(): column "${column.name}" is not a counter, so one of two concurrent increments would be lost: declare it with counter(...)`,
    );
  }
  const isInteger =
    typeof by === 'bigint' ? BigInt.asIntN(64, by) === by : Number.isSafeInteger(by);
  if (!isInteger) {
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      'increment(): expected a safe integer, or a bigint within 64 bits, to add to the counter',
    );
  }
  // Written out: drivers bind JavaScript's numbers as REAL, and the sum would be one.
  return sql`${column} + (${sql.raw(String(by))})`;
}
