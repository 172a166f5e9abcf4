import type { InferSelectModel } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { ChangePage, ChangeStream, ReadPage } from '../database/change-stream.js';
import type { CompactOptions, CompactResult } from '../database/compact.js';
import type { ChangeBatch, SiteState } from '../database/crr.js';
import type { Peer } from '../database/peers.js';
import type { TextCodec } from '../documents/codec.js';
import type { DocumentOptions, LiveDocument } from '../documents/live-document.js';
import type { Contribution } from '../feed/site-values.js';
import type { ApplyResult, MergeResult, RejectedRow } from './apply-result.js';
import type { Conflict } from './conflict.js';
import type { CrrHistory } from './crr-history.js';
import type { CrrReview } from './crr-review.js';
import type {
  ApplyOptions,
  ChangesOptions,
  MergeOptions,
  ReadOptions,
  ResolveOptions,
} from './options.js';
import type { ResolvedResult } from './resolve.js';
import type { UnsentOptions, UnsentRow } from './unsent.js';
import type { VerifyOptions, VerifyResult } from './verify-result.js';

/**
 * What `withCrr` adds to a Drizzle database, under `$crr`.
 *
 * Every method rejects with `CrrDatabaseError` CRR_DATABASE_NOT_INSTALLED if {@link install} never
 * ran. Errors of the driver, such as a lost connection, pass unchanged.
 */
export interface Crr extends CrrHistory, CrrReview {
  /**
   * Updates the bookkeeping and triggers to match the schema, in one transaction. Call it after
   * migrations; if all is up to date, it writes nothing. Rows that a table already holds become part
   * of the change feed, as if they were written now.
   *
   * @throws {CrrDatabaseError} if a table of the schema is missing, or the bookkeeping has a format
   * that this version of drizzle-crr does not write.
   *
   * @example
   * const db = withCrr(drizzle(client), { schema });
   * await migrate(db, { migrationsFolder: './drizzle' });
   * await db.$crr.install();
   */
  install(): Promise<void>;

  /**
   * Reads the change feed: all writes to this database, made here or merged from other sites. Awaited, it is
   * one page with all changes or, with `limit`, the first page. With `for await`, it is page after
   * page in bounded memory. A page never has part of a row, and never part of a transaction unless
   * one alone exceeds the limit.
   *
   * @throws {CrrUsageError} CRR_USAGE_OPTION or CRR_USAGE_CURSOR, at once.
   *
   * @example
   * const { changes, cursor } = await db.$crr.changes({ since: 0 });
   *
   * for await (const page of db.$crr.changes({ since: cursor, limit: 1000 })) {
   *   await send(page.changes);
   *   await store(page.cursor);
   * }
   */
  changes(options?: ChangesOptions): ChangeStream<ChangePage>;

  /**
   * Merges changes of other sites: a page, an array of changes, or an async iterable of either.
   * A batch is validated first; then one transaction applies all of it or nothing, apart from rows that
   * break a constraint of this database: these are listed in `rejected`. Applying the same changes again, in
   * any order, changes nothing. A stream takes a transaction per page.
   *
   * @throws {CrrChangeError} if a change is refused; the database is as it was before its batch.
   * @throws {CrrDatabaseError} CRR_DATABASE_CONTENDED if other processes got in the way each time.
   *
   * With `resolve`, a function decides the conflicts in tables with history. If it throws, or the database rejects what it
   * gives, the changes are merged all the same, the conflict stays, and is in `unresolved`.
   *
   * @example
   * const { inserted, updated, deleted } = await db.$crr.apply(await other.$crr.changes());
   *
   * await db.$crr.apply(changes, {
   *   resolve: ({ ours, theirs }) => ({ title: `${ours?.title} / ${theirs?.title}` }),
   * });
   */
  apply(
    changes: ChangeBatch | AsyncIterable<ChangeBatch>,
    options: ResolveOptions,
  ): Promise<ResolvedResult>;
  apply(
    changes: ChangeBatch | AsyncIterable<ChangeBatch>,
    options?: ApplyOptions,
  ): Promise<ApplyResult>;

  /** This database's site id: 16 bytes, random at installation. */
  siteId(): Promise<Uint8Array>;

  /** This database's db_version: one step per transaction, local or applied. 0 if nothing was written. */
  version(): Promise<number>;

  /** How many changes wait until their table, column or missing cell is there. */
  pendingCount(): Promise<number>;

  /**
   * The rows whose changes this database rejected, because they break a constraint such as a CHECK, or because
   * a trigger of the application refuses them. They are tried again when another change of the row arrives.
   *
   * @example
   * for (const { table, key, reason } of await db.$crr.rejected()) {
   *   console.warn(table, key, reason); // spans { id: 'a' } CHECK constraint failed: low < high
   * }
   */
  rejected(): Promise<RejectedRow[]>;

  /**
   * Tries all rejected changes again, for example after you have removed the cause. Changes that came from a
   * client with limited rights are tried in its next sync.
   */
  retryRejected(): Promise<ApplyResult>;

  /**
   * What each site added to a counter: its value is the sum. Empty if there is no such row.
   *
   * @param key the row's key, by property.
   * @throws {CrrUsageError} if the column is not a counter of a CRR of this schema.
   *
   * @example
   * await db.$crr.contributions(posts, { id: 'a' }, 'views');
   * // [{ siteId: Uint8Array(16), value: 3n }, { siteId: Uint8Array(16), value: -1n }]
   */
  contributions<TTable extends SQLiteTable>(
    table: TTable,
    key: Partial<InferSelectModel<TTable>>,
    column: keyof InferSelectModel<TTable> & string,
  ): Promise<Contribution[]>;

  /**
   * Opens the document of a collaborative text. Merges of this process, and edits of its other copies, appear in it.
   * Edits are saved by `save()`, or by themselves with `autosave`; `close()` saves, too.
   *
   * @param codec that of the column, for its types.
   * @throws {CrrUsageError} if the column is no collaborative text, or this process has no codec for it.
   * @throws {CrrDatabaseError} CRR_DATABASE_NO_ROW if there is no such row.
   *
   * @example
   * const doc = await db.$crr.document(notes, { id: 'a' }, 'body', yText(), { autosave: 500 });
   * doc.editor.text.insert(0, 'Hello');
   * await doc.close();
   */
  document<TTable extends SQLiteTable, T extends object = object>(
    table: TTable,
    key: Partial<InferSelectModel<TTable>>,
    column: keyof InferSelectModel<TTable> & string,
    codec?: TextCodec<T>,
    options?: DocumentOptions,
  ): Promise<LiveDocument<T>>;

  /**
   * What not every site can show as it was written, the kind in `reason`: multi-value registers with more than
   * one value (`'register'`), rows whose unique values another row has (`'unique'`), and rows that refer to a
   * row which is not shown (`'reference'`). An ordinary write settles any of them: to the register, to the column
   * of the unique index or of the reference, to the other row; see {@link discard} for rows that are not shown.
   *
   * @throws {CrrUsageError} if the table is not a CRR of this schema, or can have no conflicts.
   *
   * @example
   * for (const conflict of await db.$crr.conflicts(users)) {
   *   if (conflict.reason === 'unique') console.warn(conflict.key, 'lost to', conflict.winner.key);
   * }
   */
  conflicts<TTable extends SQLiteTable>(table: TTable): Promise<Conflict<TTable>[]>;

  /**
   * Deletes a row that is merged and not shown, on all sites. Rows that are shown are deleted as usual.
   *
   * @returns false if no row with this key is parked here.
   *
   * @example
   * await db.$crr.discard(comments, { id: 'c1' });
   */
  discard<TTable extends SQLiteTable>(
    table: TTable,
    key: Partial<InferSelectModel<TTable>>,
  ): Promise<boolean>;

  /**
   * The rows of this database of which a peer lacks something, in the order in which they were written, and of each
   * the columns. The progress with each peer is in the database, so the list is the same after a restart.
   *
   * @param peer the site id of the peer, such as `server` of a sync's result. A site that was never met lacks
   * everything.
   * @throws {CrrUsageError} CRR_USAGE_OPTION if it is not a site id, or the table is not a CRR of this schema.
   *
   * @example
   * for (const { key, columns, deleted } of await db.$crr.unsent(server, { table: todos })) {
   *   console.log(key.id, deleted ? 'deleted' : columns); // a [ 'title' ]
   * }
   */
  unsent<TTable extends SQLiteTable>(
    peer: Uint8Array,
    options?: UnsentOptions<TTable>,
  ): Promise<UnsentRow<TTable>[]>;

  /**
   * Gives this database a new site id and returns it; earlier writes keep the old one. Call it
   * on the copy of a database, or on a restored backup, if the original lives on: two sites must
   * never share an id. It costs the same however much the database holds.
   */
  rotateSiteId(): Promise<Uint8Array>;

  /**
   * Compares the bookkeeping with the rows of all CRRs, and runs SQLite's own checks. It reads in pages, so that large
   * tables take time and not memory, and it never throws because of what it finds.
   *
   * With `repair: true` it then repairs what can be repaired without losing data, and looks again: `findings` is what
   * is left. Rows that were written or deleted while triggers were missing become writes of this database. If versions
   * were lost, the database gets a new site id and receives everything from its peers again (`startsOver`).
   *
   * @throws {CrrDatabaseError} CRR_DATABASE_FORMAT or CRR_DATABASE_NOT_INSTALLED: there is nothing to compare.
   *
   * @example
   * const { findings } = await db.$crr.verify();
   * for (const { code, table, key, found, expected } of findings) {
   *   console.warn(code, table, key, found, expected); // row-without-clock todos { id: 'a' } ...
   * }
   */
  verify(options?: VerifyOptions): Promise<VerifyResult>;

  /**
   * Removes what nobody needs any more: the tombstones of rows that were deleted, once every known peer has the deletes,
   * and changes that wait for such rows. It works in steps, each a transaction of its own, so it may run while
   * others write, and be interrupted. Call it regularly, on servers and on clients.
   *
   * A peer that was not heard of for `peerExpiry` is not waited for. If it comes back, it drops the rows that are
   * gone. Its writes arrive, but for edits of such rows: these are listed in the sync's `refusedRows`.
   *
   * @throws {CrrUsageError} CRR_USAGE_OPTION if an option is misspelt or out of range, or if no peer is known and `upTo`
   * is missing.
   *
   * @example
   * const { tombstones, heldBackBy } = await db.$crr.compact({ peerExpiry: 30 * 24 * 3_600_000 });
   */
  compact(options?: CompactOptions): Promise<CompactResult>;

  /** What a transport needs besides `changes` and `apply`. */
  readonly transport: CrrTransport;
}

/**
 * What a transport between sites needs; `createSync` of drizzle-crr/sync uses nothing else. See
 * "Writing a transport" in docs/api.md.
 */
export interface CrrTransport {
  /** {@link Crr.siteId} and {@link Crr.version} at one moment, in one round trip. */
  state(): Promise<SiteState>;

  /**
   * The sites that this database exchanges changes with, and how far each exchange is.
   *
   * @param siteIds only these. Default: all.
   */
  peers(siteIds?: readonly Uint8Array[]): Promise<Peer[]>;

  /**
   * The tables for which changes of a limited source wait, by their present names.
   *
   * @param source the `id` of a merge's source.
   * @param options with `withRejected: false`, changes that were rejected do not count. A merge without changes need
   * not try them again. Default: true.
   */
  waitingTables(
    source: string,
    options?: { readonly withRejected?: boolean | undefined },
  ): Promise<string[]>;

  /**
   * {@link Crr.changes} for a reader that may not see all rows, or that has some changes already.
   *
   * @example
   * const mine = { notes: { sql: '"notes"."owner" = ?', args: ['ann'] } };
   * const { changes, cursor, hidden } = await db.$crr.transport.read({ since: 0, where: mine });
   */
  read(options?: ReadOptions): ChangeStream<ReadPage>;

  /**
   * {@link Crr.apply} for one batch, together with other steps in the same transaction.
   *
   * @example
   * const { stamp } = await db.$crr.transport.merge(page, {
   *   peer: { siteId, received: { cursor: page.cursor, skip: [] } },
   * });
   */
  merge(changes: ChangeBatch, options?: MergeOptions): Promise<MergeResult>;
}
