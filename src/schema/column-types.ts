import { markKind } from './declaration.js';

/**
 * Declares a last-write-wins column, the default for every column of a CRR: the higher version
 * wins, equal versions are decided by the greater value (cr-sqlite's rule). Drizzle's types of the
 * column stay as they are.
 *
 * @example
 * const notes = crrTable('notes', {
 *   id: text('id').primaryKey(),
 *   body: lww(text('body')),
 * });
 */
export function lww<T extends object>(column: T): T {
  return markKind(column, { type: 'lww' });
}
