import type { ChangeBatch } from '../database/crr.js';
import type { ApplyOptions } from './options.js';
import type { PreviewResult } from './row-merge.js';

/** The part of `$crr` that is about looking before something is merged; see docs/drafts.md. */
export interface CrrReview {
  /**
   * What {@link Crr.apply} would do with a batch of changes, and how both sides have each row. Nothing is written: the
   * changes are merged and taken back, so constraints, triggers and what waits take part as in an apply.
   *
   * @throws {CrrChangeError} if a change would be refused.
   * @throws {CrrUsageError} CRR_USAGE_DRIVER if the engine can take no transaction back, as D1.
   * @throws {CrrDatabaseError} CRR_DATABASE_CONTENDED if others wrote to the database each time.
   *
   * @example
   * const { rows, rejected } = await db.$crr.preview(changes);
   * for (const { key, ours, theirs, merged } of rows) console.log(key, ours, theirs, merged);
   */
  preview(changes: ChangeBatch, options?: ApplyOptions): Promise<PreviewResult>;
}
