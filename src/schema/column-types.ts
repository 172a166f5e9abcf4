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

/**
 * Declares a multi-value register: the values of concurrent writes all survive. The column shows the
 * greatest of them, the same on every site; `$crr.conflicts(table)` lists them all, and writing the
 * column settles it. It must be nullable or have a default.
 *
 * @example
 * const cards = crrTable('cards', {
 *   id: text('id').primaryKey(),
 *   status: mvr(text('status')),
 * });
 */
export function mvr<T extends object>(column: T): T {
  return markKind(column, { type: 'mvr' });
}
