import { type customType, text } from 'drizzle-orm/sqlite-core';
import { fractIndexKind } from '../columns/fract-index/type.js';
import { markKind } from '../columns/mark.js';
import { optionsOf, requireOptions } from '../model/options.js';

/** As a custom type, which has the same type parameters in Drizzle 0.45 and 1.0: those of `text` differ. */
type FractIndex = ReturnType<
  ReturnType<typeof customType<{ data: string; driverData: string; notNull: true }>>
>;

export interface FractIndexOptions {
  /** Properties whose values identify a list; without them the table is one list. */
  readonly within?: readonly string[];
}

const OPTIONS = optionsOf<FractIndexOptions>({ within: 'list' });

/**
 * Declares an order key: a `TEXT NOT NULL` that gives a row its place in a list. Keys are those of
 * the `fractional-indexing` package with 95 digits, the same as cr-sqlite's; `fractOrder` makes them.
 * They merge by last write, so a row stands in one place everywhere.
 *
 * @throws {CrrUsageError} if an option is misspelt or has a wrong value.
 *
 * @example
 * const cards = crrTable('cards', {
 *   id: text('id').primaryKey().notNull(),
 *   list: text('list').notNull(),
 *   position: fractIndex('position', { within: ['list'] }),
 * });
 */
export function fractIndex(options?: FractIndexOptions): FractIndex;
export function fractIndex(name: string, options?: FractIndexOptions): FractIndex;
export function fractIndex(
  first: string | FractIndexOptions = '',
  second: FractIndexOptions = {},
): FractIndex {
  const [name, options] = typeof first === 'string' ? [first, second] : ['', first];
  requireOptions('fractIndex()', options, OPTIONS);
  const { within = [] } = options;
  return markKind(text(name).notNull(), fractIndexKind([...within]), 'fractIndex()') as never;
}
