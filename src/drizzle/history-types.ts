import type { InferSelectModel } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { RowRef } from './row-ref.js';

/** Who makes a transaction, and why. Both are what the writer claims, and travel to all sites. */
export interface CommitOptions {
  readonly author?: string | undefined;
  readonly message?: string | undefined;
}

/** Options of {@link Crr.history}. */
export interface HistoryOptions {
  /** Only what this author wrote. */
  readonly author?: string | undefined;
  /** Only what was written from this time on, and up to this time, by the writers' clocks. */
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** How many events, the newest first. Default: 100. */
  readonly limit?: number | undefined;
}

/** What one statement did to one row. */
export interface HistoryEvent<TTable extends SQLiteTable = SQLiteTable> extends RowRef {
  /** Names the event on all sites. That of an import is this database's own. */
  readonly event: string;
  /**
   * `'import'`: it stands for what came without an event, from a database without history or from before the table had
   * one. It counts as later than whatever it has a greater version than.
   */
  readonly kind: 'insert' | 'update' | 'delete' | 'import';
  /** The writer's clock. */
  readonly at: Date;
  /** 16 bytes. */
  readonly siteId: Uint8Array;
  /** The writer's db_version: events of one site with the same version are one transaction. */
  readonly version: number;
  /** db_version of this database when it was written or came. */
  readonly arrived: number;
  readonly author: string | undefined;
  readonly message: string | undefined;
  /** The events that it replaced, as far as they are in the log. */
  readonly parents: readonly string[];
  /** Whether it replaced others that were pruned, here or where this database has its log from. */
  readonly pruned: boolean;
  /** The transaction that this one takes back, if it is an undo or a revert, or an undo that a redo takes back. */
  readonly reverts: { readonly siteId: Uint8Array; readonly version: number } | undefined;
  /** By property. Of a counter, `from` and `to` are what the writer's site had added in all, and `added` is the difference. */
  readonly changes: {
    readonly [K in keyof InferSelectModel<TTable>]?: ChangedValue<InferSelectModel<TTable>[K]>;
  };
}

export interface ChangedValue<T = unknown> {
  /** What this database had; undefined: nothing that is known. */
  readonly from: T | undefined;
  /** Undefined: the row was deleted. */
  readonly to: T | undefined;
  /** False if this database kept another value. */
  readonly won: boolean;
  /** Of a counter: what the event added to its value. Undefined if that was pruned. */
  readonly added?: T | undefined;
}

/** What {@link Crr.undo} and {@link Crr.revert} have done. Without a column, it is about the row's existence. */
export interface RevertResult {
  readonly restored: readonly (RowRef & { readonly column?: string })[];
  /** Written by others since, so left as they are; see `force`. */
  readonly kept: readonly (RowRef & { readonly column?: string })[];
}

/** What {@link Crr.undo} and {@link Crr.redo} have done. */
export interface UndoResult extends RevertResult {
  /** The db_version of the transaction that was taken back. */
  readonly version: number;
}

/** Options of {@link Crr.revert}. */
export interface RevertOptions extends CommitOptions {
  /** Take back, too, what others have written since. Default: false. */
  readonly force?: boolean | undefined;
}

/** An event by its name, or a transaction by its writer and the writer's db_version. */
export type RevertTarget =
  | { readonly event: string }
  | { readonly siteId: Uint8Array; readonly version: number };

/** A moment of this database: a db_version, a time by its clock, or an event and all that came before it. */
export type AsOfMoment =
  | { readonly version: number }
  | { readonly time: Date }
  | { readonly event: string };
