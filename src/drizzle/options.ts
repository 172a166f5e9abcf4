import { getTableName, is } from 'drizzle-orm';
import { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Cursor } from '../database/change-stream.js';
import type { Evict } from '../database/evict.js';
import type { FeedOptions } from '../database/feed.js';
import type { MergeSource } from '../database/limited-merge.js';
import type { PeerUpdate } from '../database/peers.js';
import { CrrUsageError } from '../errors.js';
import type { TableRights } from '../merge/source.js';
import { optionsOf, requireOptions } from '../model/options.js';
import type { Query, Statement } from '../sql/statement.js';
import type { CommitOptions } from './history-types.js';
import type { RowMerge } from './row-merge.js';

/** Options of {@link Crr.changes}. */
export interface ChangesOptions {
  /** Read what is newer than this db_version, or continue at a page's `cursor`. Default: 0, everything. */
  readonly since?: number | Cursor | undefined;
  /** Read nothing newer than this db_version. */
  readonly until?: number | undefined;
  /** Only these CRRs: Drizzle tables, or their names in the database. */
  readonly tables?: readonly (string | SQLiteTable)[] | undefined;
  /**
   * Only the cells whose writer is the site with this id. Of two sites that wrote alike, a database keeps one
   * as the writer, so this is not everything that the site wrote: do not replicate with it.
   */
  readonly site?: Uint8Array | undefined;
  /** Nothing that the site with this id wrote: a peer does not need its own changes. */
  readonly excludeSite?: Uint8Array | undefined;
  /**
   * About how many changes a page has. A page ends at the end of a transaction, unless one alone
   * exceeds the limit; a row is never split. Default: all when awaited, 5,000 with `for await`.
   */
  readonly limit?: number | undefined;
  /**
   * Whether the events of tables with history are among the changes, under the cid `'-2'`. cr-sqlite does not know them.
   * Default: true.
   */
  readonly events?: boolean | undefined;
}

/** Options of {@link CrrTransport.read}. */
export interface ReadOptions extends ChangesOptions {
  /** db_versions to leave out, such as those that the reader itself brought. */
  readonly skip?: readonly number[] | undefined;
  /** Rows of which every cell travels once something in them is newer than `since`. */
  readonly whole?: readonly { readonly table: string; readonly pk: Uint8Array }[] | undefined;
  /**
   * A condition per table, by its name in the database: SQL that can name the table and its columns.
   * Rows that do not meet it are left out. A row that changed and meets it travels with all of its
   * cells, since it may not have met it before; the key of a row that changed and does not meet it is
   * in the page's `hidden`. Deletes always travel.
   *
   * @example
   * { notes: { sql: '"notes"."owner" = ?', args: ['ann'] } }
   */
  readonly where?: Readonly<Record<string, Statement>> | undefined;
  /**
   * Only rows that changed after this db_version are in `hidden`: for a reader that had no rows then.
   * Default: all.
   */
  readonly hiddenSince?: number | undefined;
}

/** Options of {@link Crr.apply}. */
export interface ApplyOptions {
  /**
   * What to do with changes that cannot be applied yet, because their table or column is not in
   * this schema or their new row lacks a NOT NULL cell. `'pending'` (default) keeps them until they
   * can be applied; `'error'` refuses the batch.
   */
  readonly onUnknown?: 'pending' | 'error' | undefined;
}

/** Options of an {@link Crr.apply} that decides conflicts. */
export interface ResolveOptions extends ApplyOptions {
  /**
   * Decides conflicts that the changes bring into tables with history. What it gives is written as an ordinary write
   * after the changes are merged, which settles the conflict at all sites. Let one site do so, or decide alike everywhere:
   * two sites that decide differently at the same time are a conflict again.
   */
  readonly resolve: ResolveConflict;
  /** Who decides, and why: noted in the history with what `resolve` gives. */
  readonly note?: CommitOptions | undefined;
}

/**
 * Gives the values of a row in conflict by property, all or some; `null` deletes the row, `undefined` leaves the conflict
 * as it is. What `ours` and `theirs` agree about is as it is merged.
 */
export type ResolveConflict = (row: RowMerge) => Resolved | Promise<Resolved>;

/** What {@link ResolveConflict} gives. */
export type Resolved = Readonly<Record<string, unknown>> | null | undefined;

/** Options of {@link CrrTransport.merge}. */
export interface MergeOptions extends ApplyOptions {
  /** Records the progress of the exchange with a peer; {@link CrrTransport.peers} reads it. */
  readonly peer?: PeerUpdate | undefined;
  /** Rows to drop from this database without deleting them at other sites. */
  readonly evict?: Evict | undefined;
  /**
   * Accept this site's own changes as new: rows that were evicted come back. Without it they are
   * refused, because they would mean that another database uses the same site id.
   */
  readonly ownReturn?: boolean | undefined;
  /**
   * Who brought the changes, if they may not write everything. Rows that they may not write are left
   * out, and listed in the result. Changes that have to wait are applied by a later merge with the
   * same source, under the rights that it has then. Default: the changes are trusted.
   */
  readonly source?: MergeSource | undefined;
  /** Statements and queries that run last in the transaction. */
  readonly last?: readonly Query[] | undefined;
}

const CHANGES = optionsOf<ChangesOptions>({
  since: 'any',
  until: 'any',
  tables: 'list',
  site: 'any',
  excludeSite: 'any',
  limit: 'any',
  events: 'boolean',
});
const READ = {
  ...CHANGES,
  ...optionsOf<Omit<ReadOptions, keyof ChangesOptions>>({
    skip: 'list',
    where: 'object',
    hiddenSince: 'any',
    whole: 'list',
  }),
};
const APPLY = optionsOf<ApplyOptions>({ onUnknown: ['pending', 'error'] });
const RESOLVE = {
  ...APPLY,
  ...optionsOf<Omit<ResolveOptions, keyof ApplyOptions>>({ resolve: 'function', note: 'object' }),
};
const MERGE = {
  ...APPLY,
  ...optionsOf<Omit<MergeOptions, keyof ApplyOptions>>({
    peer: 'object',
    evict: 'object',
    ownReturn: 'boolean',
    source: 'object',
    last: 'list',
  }),
};

/** Checks the options of a read, and names its tables. */
export function feedOptions(
  caller: 'changes()' | 'transport.read()',
  options: ReadOptions,
): FeedOptions {
  requireOptions(caller, options, caller === 'changes()' ? CHANGES : READ);
  const { tables, ...rest } = options;
  if (tables === undefined) return rest;
  return {
    ...rest,
    tables: tables.map((table) => (is(table, SQLiteTable) ? getTableName(table) : table)),
  };
}

/** Checks the options of an apply or merge. */
export function requireMergeOptions(
  caller: 'apply()' | 'preview()' | 'transport.merge()',
  options: MergeOptions & Partial<ResolveOptions>,
): void {
  requireOptions(caller, options, OPTIONS_OF[caller]);
  checkSource(caller, options.source);
}

const OPTIONS_OF = { 'apply()': RESOLVE, 'preview()': APPLY, 'transport.merge()': MERGE };

const SOURCE = optionsOf<MergeSource>({
  id: 'any',
  owner: 'any',
  tables: 'any',
  waiting: 'any',
  quota: 'any',
  accepts: 'any',
});
const RIGHTS = optionsOf<TableRights>({ where: 'any', readOnly: 'any', onReadOnly: 'any' });

/** A misspelt right would silently be one that nobody meant. */
function checkSource(caller: string, source: MergeSource | undefined): void {
  if (source === undefined) return;
  requireOptions(`${caller}: source`, source, SOURCE);
  if (typeof source.id !== 'string' || source.id === '') {
    throw new CrrUsageError('CRR_USAGE_OPTION', `${caller}: source.id must be a text, not empty`);
  }
  for (const [table, rights] of Object.entries(source.tables ?? {})) {
    requireOptions(`${caller}: source: table "${table}"`, rights, RIGHTS);
  }
}
