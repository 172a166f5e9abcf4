import { markKind } from '../mark.js';
import { greatest as type } from './type.js';

/**
 * Declares a register in which the greatest value stands, whatever the order of the writes: a last read
 * position, a high score. A write of a lesser value leaves the column as it is, here and at every other
 * site. Values are compared as `max()` of SQLite compares them; NULL is less than everything.
 *
 * A row that is deleted and created again begins with the value that it is created with, and so does one
 * that `INSERT OR REPLACE` replaces.
 *
 * @example
 * const readers = crrTable('readers', {
 *   id: text('id').primaryKey().notNull(),
 *   page: greatest(integer('page').notNull().default(0)),
 * });
 * await db.update(readers).set({ page: 12 }).where(eq(readers.id, 'ann')); // 20 stays 20
 */
export function greatest<T extends object>(column: T): T {
  return markKind(column, { type: type.name }, 'greatest()');
}
