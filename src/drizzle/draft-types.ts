import type { ChangeBatch } from '../database/crr.js';
import type { CommitOptions } from './history-types.js';
import type { AsyncTransaction } from './noted-transaction.js';
import type { RowRef } from './row-ref.js';

/**
 * Writes that wait for a review. Nothing of a draft is in the tables, in the change feed or in live queries until it is
 * merged. It is in the database, so it is there after a restart. See docs/drafts.md.
 */
export interface Draft {
  readonly name: string;

  /**
   * Runs a transaction that reads and writes the tables as the draft has them: what stands now, with what the draft has
   * written. Then all of it is taken back, and what it has written to CRRs is kept in the draft. What it writes to other
   * tables is not.
   *
   * @typeParam TTransaction the type of Drizzle's transaction, if its driver answers at once or its relational queries are
   * used.
   * @throws {CrrDraftError} CRR_DRAFT_GONE if the draft was dropped.
   *
   * @example
   * await draft.transaction(async (tx) => {
   *   await tx.update(notes).set({ title: 'Spring' }).where(eq(notes.id, 'a'));
   * });
   */
  transaction<T, TTransaction = AsyncTransaction>(
    run: (tx: TTransaction) => T,
  ): Promise<Awaited<T>>;

  /**
   * Takes changes from elsewhere, such as a copy of this database that a program has worked on, into the draft: what
   * merging them would do. Of tables with history also what would lose against what stands here.
   *
   * @throws {CrrChangeError} if a change would be refused.
   */
  fetch(changes: ChangeBatch): Promise<void>;

  /** What the draft does, cell by cell, compared with what stands now. */
  diff(): Promise<DraftItem[]>;

  /**
   * The same, and what the database would reject. It is to be given to {@link merge}, and can be sent as JSON if the values
   * can.
   *
   * @example
   * const review = await draft.review();
   * const fine = review.items.filter(({ breaks, isMoved }) => breaks === undefined && !isMoved);
   * await draft.merge({ review, take: fine });
   */
  review(): Promise<DraftReview>;

  /**
   * Writes the draft's values, as one ordinary transaction of this database. They stand then, whatever stood before, and
   * have all that was seen as parents. What is left stays in the draft.
   *
   * @throws {CrrDraftError} CRR_DRAFT_MOVED if somebody has written to one of the rows, or to the draft, since the review;
   * CRR_DRAFT_BROKEN if the database rejects what is taken. Nothing is written then.
   */
  merge(options: DraftMergeOptions): Promise<DraftMergeResult>;

  /** Forgets the draft. */
  drop(): Promise<void>;
}

/** Something that a draft does: to a cell, or to a row as a whole. */
export interface DraftItem extends RowRef {
  /** Names the item within its draft. */
  readonly id: string;
  /** Property name of the column. Undefined: the draft creates or deletes the row. */
  readonly column: string | undefined;
  /** The value, or the row, when the draft first wrote it. Undefined: there was no row. */
  readonly base: unknown;
  /** What stands now. Undefined: there is no row. */
  readonly ours: unknown;
  /** What the draft has written. Undefined: it deletes the row. */
  readonly theirs: unknown;
  /** Whether somebody has changed it since the draft first wrote it. What was added to a counter adds up, so it is never moved. */
  readonly isMoved: boolean;
  /** Why the database would reject the row, in its own words. Undefined: it would not, or nobody has tried: only `review()` does. */
  readonly breaks: string | undefined;
}

/** A draft as it was looked at. */
export interface DraftReview {
  readonly draft: string;
  /** What was seen of the draft and of this database. */
  readonly token: string;
  readonly items: readonly DraftItem[];
}

/** Options of {@link Draft.merge}. */
export interface DraftMergeOptions extends CommitOptions {
  readonly review: Pick<DraftReview, 'token'> & Partial<Pick<DraftReview, 'items'>>;
  /** The items that are taken: some of the review's, or a function that chooses. Default: all. */
  readonly take?: readonly Pick<DraftItem, 'id'>[] | ((item: DraftItem) => boolean) | undefined;
}

/** What became of the items of a draft. */
export interface DraftMergeResult {
  readonly taken: readonly DraftItem[];
  /** These stay in the draft. */
  readonly left: readonly DraftItem[];
}

/** A draft in the list of {@link CrrReview.drafts}. */
export interface DraftInfo {
  readonly name: string;
  /** How many rows it has written. */
  readonly rows: number;
  readonly created: Date;
}
