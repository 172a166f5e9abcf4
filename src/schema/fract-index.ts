import type { NotNull } from 'drizzle-orm';
import { text } from 'drizzle-orm/sqlite-core';
import { markKind } from './declaration.js';

type FractIndex<TName extends string> = NotNull<
  ReturnType<typeof text<TName, string, [string, ...string[]], undefined, 'text'>>
>;

export interface FractIndexOptions {
  /** Properties whose values tell one list from another; without them the table is one list. */
  readonly within?: readonly string[];
}

/**
 * Declares an order key: a `TEXT NOT NULL` that says where in its list a row stands. Keys are those of
 * the `fractional-indexing` package with 95 digits, the same as cr-sqlite's; `fractOrder` makes them.
 * They merge by last write, so a row stands in one place everywhere.
 *
 * @example
 * const cards = crrTable('cards', {
 *   id: text('id').primaryKey().notNull(),
 *   list: text('list').notNull(),
 *   position: fractIndex('position', { within: ['list'] }),
 * });
 */
export function fractIndex<TName extends string>(
  name: TName,
  { within = [] }: FractIndexOptions = {},
): FractIndex<TName> {
  const column = text(name).notNull();
  return markKind(column, { type: 'fractindex', within: [...within] }) as never;
}
