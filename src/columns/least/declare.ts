import { markKind } from '../mark.js';
import { least as type } from './type.js';

/**
 * Declares a register in which the least value stands, whatever the order of the writes: an earliest date,
 * a best time. A write of a greater value leaves the column as it is, here and at every other site. Values
 * are compared as `min()` of SQLite compares them; NULL gives way to everything.
 *
 * @example
 * const runs = crrTable('runs', {
 *   id: text('id').primaryKey().notNull(),
 *   bestMs: least(integer('best_ms')),
 * });
 * await db.update(runs).set({ bestMs: 900 }).where(eq(runs.id, 'a')); // 850 stays 850
 */
export function least<T extends object>(column: T): T {
  return markKind(column, { type: type.name }, 'least()');
}
