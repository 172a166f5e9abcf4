import type { ChangeBatch } from '../database/crr.js';
import type { Draft, DraftInfo } from './draft-types.js';
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

  /**
   * Opens the draft of a name, or makes it: writes that wait for a review.
   *
   * @throws {CrrUsageError} CRR_USAGE_DRIVER if the engine can take no transaction back, as D1.
   *
   * @example
   * const draft = await db.$crr.draft('spring');
   * await draft.transaction((tx) => tx.update(notes).set({ title: 'Spring' }));
   * const review = await draft.review();
   * await draft.merge({ review, author: 'ann' });
   * await draft.drop();
   */
  draft(name: string): Promise<Draft>;

  /** Lists the drafts of this database, by name. */
  drafts(): Promise<DraftInfo[]>;
}
