import type { SQL } from 'drizzle-orm';
import type { Cursor } from '../database/change-stream.js';
import type { RotateOptions, SiteState } from '../database/crr.js';
import { isRowRefused } from '../database/database-errors.js';
import type { Peer } from '../database/peers.js';
import { run } from '../database/run.js';
import type { MergeResult } from '../drizzle/apply-result.js';
import type { CrrDatabase } from '../drizzle/crr-database.js';
import type { CommitOptions } from '../drizzle/history-types.js';
import { internalsOf, type ResolveSince } from '../drizzle/internals.js';
import type { MergeOptions, ResolveConflict } from '../drizzle/options.js';
import type { RowRef } from '../drizzle/row-ref.js';
import type { ReadUnsentRows } from '../drizzle/unsent.js';
import type { HiddenRow } from '../feed/page.js';
import { type VersionWatch, versionWatchOf } from '../live/version-watch.js';
import type { Change } from '../model/change.js';
import type { CrrSchema } from '../model/schema.js';
import type { StatementLimits } from '../sql/multi-row.js';
import type { Query, Statement } from '../sql/statement.js';
import { type Milestone, refuseIfKnown } from '../tables/milestone/table.js';

export { type Cursor, deletesKnown, sinceOf } from '../database/change-stream.js';
export { isCopied, isForgotten } from '../database/database-errors.js';
export type { EvictedRow } from '../database/evict.js';
export { type Peer, type PeerProgress, progressStatements } from '../database/peers.js';
export type { PeerRefusal } from '../database/refused.js';
export type { ApplyResult, MergeResult } from '../drizzle/apply-result.js';
export type { CommitOptions } from '../drizzle/history-types.js';
export type { MergeOptions, ResolveConflict } from '../drizzle/options.js';
export type { RowRef } from '../drizzle/row-ref.js';
export type { UnsentOptions, UnsentRow } from '../drizzle/unsent.js';
export type { HiddenRow } from '../feed/page.js';
export type { RowPart } from '../feed/position.js';
export { readGone } from '../merge/gone.js';
export { readRowsOutside } from '../merge/rows-outside.js';
export type { LimitedSource, SourceQuota, TableRights } from '../merge/source.js';
export type { Statement } from '../sql/statement.js';
export { forgetEvicted, listSharedRows } from '../tables/clock/shared-rows.js';
export { knownVersionsSql } from '../tables/known-versions.js';
export { tellClients } from '../tables/milestone/forgotten.js';
export {
  addMilestone,
  coarseNumber,
  type History,
  historyQueries,
  isKept,
  type Milestone,
} from '../tables/milestone/table.js';
export { readSentToServers } from '../tables/peer/holdback.js';
export { countSitesOf, today } from '../tables/peer/table.js';
export { type PendingQuota, readPendingUsage } from '../tables/pending/quota.js';
export { TRUSTED } from '../tables/pending/table.js';
export { isOwnTicket, isTicket, noteTicket, partsOf } from '../tables/ticket/table.js';
export { readSitesUsage } from '../tables/usage/table.js';

/** A database made by `withCrr`. */
export type SyncDatabase = CrrDatabase;

/**
 * The database on this side of an exchange, with what sync needs of it. No other file in this folder
 * knows how to reach a database.
 */
export interface Site {
  readonly schema: CrrSchema;
  /** The CRRs as they are in the database: a migration may have changed them since. */
  presentSchema(): Promise<CrrSchema>;
  /** How large a statement may be. */
  readonly limits: StatementLimits;
  /** Watches the db_version. {@link merge} reports its changes to it. */
  readonly watch: VersionWatch;
  /** Reads the site id and the db_version together. */
  state(): Promise<SiteState>;
  /**
   * Reads which sites this one exchanges changes with, and how far each exchange has got.
   *
   * @param siteIds limits the result to these sites.
   */
  peers(siteIds?: readonly Uint8Array[]): Promise<readonly Peer[]>;
  /** Reads which of them this one has reached at an address. */
  servers(): Promise<readonly Peer[]>;
  /** Reads a page of the change feed. */
  read(options: ReadOptions): Promise<ReadPage>;
  /**
   * Reads the tables for which changes of a limited source wait.
   *
   * @param withRejected whether those that were rejected count.
   */
  waitingTables(source: string, withRejected: boolean): Promise<readonly string[]>;
  /** Merges changes, and does what the options ask for, in one transaction. */
  merge(changes: readonly Change[], options?: MergeOptions): Promise<MergeResult>;
  /** Gives this database a new site id. What it wrote keeps the former one. */
  rotateId(options: Pick<RotateOptions, 'movesUnshared'>): Promise<void>;
  /**
   * Does the same, unless a milestone is known here or the site id is not this one any more: then nothing is
   * changed, and the result is undefined.
   */
  rotateIdUnless(
    milestone: Pick<Milestone, 'number' | 'token'>,
    siteId: Uint8Array,
  ): Promise<Uint8Array | undefined>;
  /** Renders a Drizzle condition in the dialect of this database. */
  renderCondition(condition: SQL): Statement;
  /** Whether queries can read what a change brings. */
  isReadable(change: Change): boolean;
  /** Names a row by the properties of its key. */
  rowRef(row: HiddenRow): RowRef;
  /** Lists the rows of which a peer lacks something. */
  readonly readUnsent: ReadUnsentRows;
  /** Decides the conflicts that have come after a db_version, and gives the errors of those that stay. */
  resolveSince: ResolveSince;
  /** Runs queries in one transaction. Each reads its own rows. */
  query(queries: readonly Query[]): Promise<void>;
  /** Runs statements and queries in one transaction that writes. */
  write(queries: readonly Query[]): Promise<void>;
}

/** The site, with a function that decides the conflicts of each merge. */
export const resolvingSite = (
  site: Site,
  resolve: ResolveConflict,
  note: CommitOptions,
  onError: (error: unknown) => void,
): Site => ({
  ...site,
  async merge(changes, options) {
    if (changes.length === 0) return site.merge(changes, options);
    const { version } = await site.state();
    const result = await site.merge(changes, options);
    for (const error of await site.resolveSince(version, resolve, note)) onError(error);
    return result;
  },
});

export type { SiteState };

export interface ReadOptions {
  readonly since: number | Cursor;
  /** The most changes to read. Only a single row may exceed it: rows are never cut. */
  readonly limit: number;
  /** Reads only these tables, by name. */
  readonly tables?: readonly string[] | undefined;
  /** Leaves out changes made by this site. */
  readonly excludeSite?: Uint8Array | undefined;
  /** Leaves out these db_versions. */
  readonly skip?: readonly number[];
  /** Rows of which every cell is read once something in them is new. */
  readonly whole?: readonly HiddenRow[] | undefined;
  /** Conditions by table. Rows that have changed and do not meet theirs are listed as hidden. */
  readonly where?: Readonly<Record<string, Statement>>;
  /** Lists only rows as hidden that have changed after this db_version. */
  readonly hiddenSince?: number | undefined;
}

export interface ReadPage {
  readonly changes: readonly Change[];
  /** Rows that have changed and do not meet `where`. */
  readonly hidden: readonly HiddenRow[];
  readonly cursor: number | Cursor;
}

export function siteOf(db: SyncDatabase): Site {
  const { $crr: crr } = db;
  const {
    connection,
    schema,
    drift,
    rotateSiteId,
    servers,
    render,
    nameRow,
    isReadable,
    readUnsent,
    resolveSince,
  } = internalsOf(crr);
  const { transport } = crr;
  const watch = versionWatchOf(crr, () => crr.version());
  const runExplained = (queries: readonly Query[], mode: 'read' | 'write') =>
    run(connection, queries, mode).catch(async (error: unknown) => {
      throw await drift.explain(error);
    });
  return {
    schema,
    presentSchema: async () => (await drift.pass()).schema,
    limits: connection,
    watch,
    state: () => transport.state(),
    peers: (siteIds) => transport.peers(siteIds),
    servers,
    waitingTables: (source, withRejected) => transport.waitingTables(source, { withRejected }),
    read: async (options) => transport.read(options),
    async merge(changes, options = {}) {
      const result = await transport.merge(changes, options);
      if (result.stamp !== undefined) watch.advance(result.stamp);
      else if (result.cellsWon > 0) watch.notify();
      return result;
    },
    async rotateId(options) {
      await rotateSiteId(options);
    },
    rotateIdUnless: async (milestone, siteId) => {
      try {
        return await rotateSiteId({
          movesUnshared: true,
          guards: refuseIfKnown(milestone, siteId),
        });
      } catch (error) {
        if (isRowRefused(error)) return undefined;
        throw error;
      }
    },
    renderCondition: render,
    isReadable,
    rowRef: nameRow,
    readUnsent,
    resolveSince,
    query: (queries) => runExplained(queries, 'read'),
    write: (queries) => runExplained(queries, 'write'),
  };
}
