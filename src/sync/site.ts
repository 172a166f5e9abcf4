import type { SQL } from 'drizzle-orm';
import type { ApplyResult } from '../database/apply-result.js';
import type { Cursor } from '../database/change-stream.js';
import type { ApplyOptions, Crr } from '../database/crr.js';
import type { Peer } from '../database/peers.js';
import type { HiddenRow } from '../feed/page.js';
import type { DriverRow } from '../feed/read.js';
import { type VersionWatch, versionWatchOf } from '../live/version-watch.js';
import type { Change } from '../model/change.js';
import type { CrrSchema } from '../model/schema.js';
import type { SqlValue } from '../model/value.js';
import { type Statement, statement } from '../sql/statement.js';

export type { ApplyResult } from '../database/apply-result.js';
export type { Cursor } from '../database/change-stream.js';
export type { Peer, PeerProgress } from '../database/peers.js';
export type { HiddenRow } from '../feed/page.js';

/** A database made by `withCrr`. */
export interface SyncDatabase {
  readonly $crr: Crr;
}

/**
 * The database on this side of an exchange, with what sync needs of it. No other file in this folder
 * knows how to reach a database.
 */
export interface Site {
  readonly schema: CrrSchema;
  /** The greatest number of `?` in a statement. */
  readonly maxParameters: number;
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
  /** Reads a page of the change feed. */
  read(options: ReadOptions): Promise<ReadPage>;
  /** Merges changes, and does what the options ask for, in one transaction. */
  merge(changes: readonly Change[], options?: MergeOptions): Promise<MergeResult>;
  /** Renders a Drizzle condition in the dialect of this database. */
  renderCondition(condition: SQL): Statement;
  /** Runs queries in one transaction, and returns the rows of each. */
  query(queries: readonly Statement[]): Promise<readonly (readonly DriverRow[])[]>;
}

export interface SiteState {
  readonly siteId: Uint8Array;
  readonly version: number;
}

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
  /** Conditions by table. Rows that have changed and do not meet theirs are listed as hidden. */
  readonly where?: Readonly<Record<string, Statement>>;
}

export interface ReadPage {
  readonly changes: readonly Change[];
  /** Rows that have changed and do not meet `where`. */
  readonly hidden: readonly HiddenRow[];
  readonly cursor: number | Cursor;
}

export type MergeOptions = Pick<ApplyOptions, 'peer' | 'evict' | 'ownReturn' | 'refuseIf'>;

/** `stamp` is the db_version that contains exactly the new changes, `prior` the one before the merge. */
export type MergeResult = ApplyResult;

export function siteOf(db: SyncDatabase): Site {
  const { $crr: crr } = db;
  const { dialect } = db as unknown as DialectHolder;
  const watch = versionWatchOf(crr, () => crr.version());
  return {
    schema: crr.schema,
    maxParameters: crr.connection.maxParameters,
    watch,
    state: () => crr.state(),
    peers: (siteIds) => crr.peers(siteIds),
    async read({ tables, excludeSite, ...options }) {
      const page = await crr.changes({
        ...options,
        ...(tables && { tables }),
        ...(excludeSite && { excludeSite }),
      });
      return { changes: page, hidden: page.hidden, cursor: page.cursor };
    },
    async merge(changes, options = {}) {
      const result = await crr.apply(changes, options);
      if (result.stamp !== undefined) watch.advance(result.stamp);
      else if (result.cellsWon > 0) watch.notify();
      return result;
    },
    renderCondition(condition) {
      const { sql, params } = dialect.sqlToQuery(condition);
      return statement(sql, params.map(toSqlValue));
    },
    query: (queries) => crr.connection.batch(queries, 'read'),
  };
}

/** The part of a Drizzle database that is used. Structural: the classes differ between Drizzle versions. */
interface DialectHolder {
  readonly dialect: {
    sqlToQuery(sql: SQL): { readonly sql: string; readonly params: readonly unknown[] };
  };
}

/** Gives a bound value the type that stands for its storage class. */
function toSqlValue(value: unknown): SqlValue {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  // A number would be bound as REAL, and stay REAL in an expression, which has no affinity.
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  return value as SqlValue;
}
