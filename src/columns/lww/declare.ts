import { optionsOf, requireOptions } from '../../model/options.js';
import type { ColumnKind } from '../../model/table-spec.js';
import { lwwByTime } from '../lww-by-time/type.js';
import { markKind } from '../mark.js';
import { lww as type } from './type.js';

export interface LwwOptions {
  /**
   * Which of two concurrent writes is the last: `'version'` (default), the one of the cell that was
   * written more often; `'time'`, the later one by the writers' clocks.
   */
  readonly by?: 'version' | 'time';
}

/**
 * Declares a last-write-wins column, the default for every column of a CRR: the higher version
 * wins, equal versions are decided by the greater value (cr-sqlite's rule). Drizzle's types of the
 * column stay as they are. By time, versions are times of the writers' clocks; a write of a clock that is
 * too far ahead (`maxDrift` of `withCrr`) is held back until it is due.
 *
 * @throws {CrrUsageError} if an option is misspelt.
 *
 * @example
 * const notes = crrTable('notes', {
 *   id: text('id').primaryKey(),
 *   body: lww(text('body')),
 *   mood: lww(text('mood'), { by: 'time' }),
 * });
 */
export function lww<T extends object>(column: T, options: LwwOptions = {}): T {
  return markKind(column, lwwKind('lww()', options), 'lww()');
}

const OPTIONS = optionsOf<LwwOptions>({ by: ['version', 'time'] });

/** The kind that options of `lww` ask for. */
export function lwwKind(where: string, options: LwwOptions): ColumnKind {
  requireOptions(where, options, OPTIONS);
  return { type: options.by === 'time' ? lwwByTime.name : type.name };
}
