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
 * The database of this side of an exchange: all that sync needs of it. Nothing else in this folder
 * knows how a database is reached.
 */
export interface Site {
  readonly schema: CrrSchema;
  /** How many `?` a statement may contain. */
  readonly maxParameters: number;
  /** Watches the db_version. {@link merge} reports to it. */
  readonly watch: VersionWatch;
  /** The site id and the db_version at one moment. */
  state(): Promise<SiteState>;
  /**
   * The sites that this one exchanges changes with, and how far each exchange has got.
   *
   * @param siteIds only these; all of them if absent.
   */
  peers(siteIds?: readonly Uint8Array[]): Promise<readonly Peer[]>;
  /** Reads a page of the change feed. */
  read(options: ReadOptions): Promise<ReadPage>;
  /** Merges changes in one transaction, together with what the options ask for. */
  merge(changes: readonly Change[], options?: MergeOptions): Promise<MergeResult>;
  /** Writes a Drizzle condition as SQL, as this database's dialect does. */
  renderCondition(condition: SQL): Statement;
  /** Runs queries in one read transaction and returns the rows of each. */
  query(queries: readonly Statement[]): Promise<readonly (readonly DriverRow[])[]>;
}

export interface SiteState {
  readonly siteId: Uint8Array;
  readonly version: number;
}

export interface ReadOptions {
  readonly since: number | Cursor;
  /** The most changes in the page. A row is never cut, and a db_version only if it alone is larger. */
  readonly limit: number;
  /** Names of tables. */
  readonly tables?: readonly string[] | undefined;
  /** Leaves out what this site wrote. */
  readonly excludeSite?: Uint8Array | undefined;
  /** Leaves out these db_versions. */
  readonly skip?: readonly number[];
  /** A condition per table: changed rows that do not meet it are listed as hidden. */
  readonly where?: Readonly<Record<string, Statement>>;
}

export interface ReadPage {
  readonly changes: readonly Change[];
  /** Rows that have changed and do not meet `where`. */
  readonly hidden: readonly HiddenRow[];
  readonly cursor: number | Cursor;
}

export type MergeOptions = Pick<ApplyOptions, 'peer' | 'evict' | 'ownReturn' | 'refuseIf'>;

/** `stamp` is the db_version that holds exactly what was new; `prior` is the one just before it. */
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

/** What is used of a Drizzle database. Structural, because its classes differ between Drizzle's lines. */
interface DialectHolder {
  readonly dialect: {
    sqlToQuery(sql: SQL): { readonly sql: string; readonly params: readonly unknown[] };
  };
}

/** A bound value with the storage class it has in SQLite. */
function toSqlValue(value: unknown): SqlValue {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  // Numbers bind as REAL, and an expression has no affinity that would turn one back into INTEGER.
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  return value as SqlValue;
}
