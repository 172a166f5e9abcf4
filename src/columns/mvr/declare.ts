import { markKind } from '../mark.js';
import { MVR_KIND } from './type.js';

/**
 * Declares a multi-value register: the values of concurrent writes all survive. The column shows the
 * greatest of them, the same on every site; `$crr.conflicts(table)` lists them all, and writing the
 * column resolves the conflict. It must be nullable or have a default.
 *
 * @example
 * const cards = crrTable('cards', {
 *   id: text('id').primaryKey(),
 *   status: mvr(text('status')),
 * });
 */
export function mvr<T extends object>(column: T): T {
  return markKind(column, MVR_KIND, 'mvr()');
}
