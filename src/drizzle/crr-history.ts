import type { InferSelectModel } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { PruneOptions, PruneResult } from '../database/prune-options.js';
import type { TableAsOf } from './history.js';
import type {
  AsOfMoment,
  CommitOptions,
  HistoryEvent,
  HistoryOptions,
  RevertOptions,
  RevertResult,
  RevertTarget,
  UndoResult,
} from './history-types.js';
import type { AsyncTransaction } from './noted-transaction.js';
import type { RowFork } from './row-fork.js';

/** The part of `$crr` that is about the history of tables; see docs/history.md. */
export interface CrrHistory {
  /**
   * Runs a transaction like Drizzle's, and notes who makes it and why. Both are in the history of tables that have one, at
   * all sites.
   *
   * @typeParam TTransaction the type of Drizzle's transaction, if its driver answers at once or its relational queries are
   * used.
   * @throws {CrrUsageError} CRR_USAGE_DRIVER if the engine has no interactive transactions.
   *
   * @example
   * await db.$crr.transaction({ author: 'ann', message: 'tidy up' }, async (tx) => {
   *   await tx.delete(notes).where(eq(notes.done, true));
   * });
   */
  transaction<T, TTransaction = AsyncTransaction>(
    options: CommitOptions,
    run: (tx: TTransaction) => T,
  ): Promise<Awaited<T>>;
  transaction<T, TTransaction = AsyncTransaction>(
    run: (tx: TTransaction) => T,
  ): Promise<Awaited<T>>;

  /**
   * What was written to a table with history, the newest first: who, when, why, and what it replaced.
   *
   * @param key only this row. Default: all rows.
   * @throws {CrrUsageError} if the table has no history.
   *
   * @example
   * for (const { at, author, kind, changes } of await db.$crr.history(notes, { id: 'a' })) {
   *   console.log(at, author, kind, changes.title); // ... ann update { from: 'one', to: 'two', won: true }
   * }
   */
  history<TTable extends SQLiteTable>(
    table: TTable,
    key?: Partial<InferSelectModel<TTable>>,
    options?: HistoryOptions,
  ): Promise<HistoryEvent<TTable>[]>;

  /**
   * A table with history as it was in this database at a moment, for queries: it can be selected from, joined and
   * filtered like an alias of the table. What was before the table had a history is not in it. A query of a moment before
   * what was pruned fails: {@link explainError} makes that a CrrDatabaseError with the code CRR_HISTORY_PRUNED.
   *
   * @param name under which the query knows it. Default: `'past'`.
   *
   * @example
   * const past = db.$crr.asOf(notes, { time: new Date('2026-05-01') });
   * await db.select().from(past).where(eq(past.id, 'a'));
   */
  asOf<TTable extends SQLiteTable, TName extends string = 'past'>(
    table: TTable,
    moment: AsOfMoment,
    name?: TName,
  ): TableAsOf<TTable, TName>;

  /**
   * Undoes the last transaction of this database that is not undone: a new write that restores what it changed in tables
   * with history. What others, or later transactions, have written since stays, and is in `kept`.
   *
   * @returns undefined if there is nothing to undo.
   * @throws {CrrDatabaseError} CRR_HISTORY_PRUNED if what it changed was pruned.
   */
  undo(options?: CommitOptions): Promise<UndoResult | undefined>;

  /** Undoes the last undo, unless something else was written here since. */
  redo(options?: CommitOptions): Promise<UndoResult | undefined>;

  /**
   * Takes back an event of a table, or a transaction, whoever wrote it: a new write, as {@link undo}.
   *
   * @throws {CrrDatabaseError} CRR_HISTORY_PRUNED if it, or what it replaced, was pruned.
   *
   * @example
   * const [last] = await db.$crr.history(notes, { id: 'a' });
   * await db.$crr.revert(notes, { event: last.event }, { message: 'was a mistake' });
   */
  revert(table: SQLiteTable, target: RevertTarget, options?: RevertOptions): Promise<RevertResult>;

  /**
   * A row in conflict as each site has left it, for as long as nobody has chosen. Empty if the row is not in conflict.
   *
   * @throws {CrrUsageError} if the table has no history.
   *
   * @example
   * for (const fork of await db.$crr.forks(notes, { id: 'a' })) {
   *   console.log(fork.author, fork.row); // ann { id: 'a', title: 'by ann', ... }
   *   if (fork.author === 'ann') await fork.choose({ message: 'as she wants it' });
   * }
   */
  forks<TTable extends SQLiteTable>(
    table: TTable,
    key: Partial<InferSelectModel<TTable>>,
  ): Promise<RowFork<TTable>[]>;

  /**
   * Removes old events of all tables with history, once every known peer has them. What stays is what each row was at the
   * horizon, everything later, and conflicts that nobody has settled. It works in steps, each a transaction of its own, so it
   * may run while others write, and be interrupted. Nothing prunes unless it is called.
   *
   * @throws {CrrUsageError} CRR_USAGE_OPTION if an option is misspelt or out of range, if neither `olderThan` nor `keep` is
   * given, or if no peer is known and both `upTo` and `force` are missing.
   *
   * @example
   * const { pruned, horizons } = await db.$crr.prune({ olderThan: days(365), keep: 20 });
   */
  prune(options: PruneOptions): Promise<PruneResult>;
}
