import type { InferSelectModel } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { DEFAULT_MAX_DRIFT, greatestVersion } from '../columns/lww/timed-version.js';
import {
  type Conflict,
  type Contribution,
  readConflicts,
  readContributions,
} from '../drizzle/site-values.js';
import { CrrUsageError } from '../errors.js';
import type { Change } from '../model/change.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import { SITE_TABLE, STATE_TABLE } from '../sql/names.js';
import { type Statement, statement } from '../sql/statement.js';
import { Merger } from './apply.js';
import { type ApplyResult, addResult, emptyResult } from './apply-result.js';
import { ChangeStream, type ChangesOptions } from './change-stream.js';
import type { Connection } from './connection.js';
import { explained } from './database-errors.js';
import type { DriftCheck } from './drift.js';
import type { Evict } from './evict.js';
import { install } from './install.js';
import { refuseUnknownOptions } from './options.js';
import { type Peer, type PeerUpdate, readPeers } from './peers.js';
import { SiteStore } from './site-store.js';

export interface ApplyOptions {
  /**
   * What to do with changes that cannot be applied yet, because their table or column is not in
   * this schema or their new row lacks a NOT NULL cell: `'pending'` (default) keeps them until they
   * can be, `'error'` refuses the batch.
   */
  readonly onUnknown?: 'pending' | 'error';
  /** Notes in the same transaction how far the exchange with a peer is; see {@link Crr.peers}. */
  readonly peer?: PeerUpdate;
  /** Rows to drop from this database without deleting them anywhere; see {@link Evict}. */
  readonly evict?: Evict;
  /**
   * This site's own changes may be news to it: rows that were evicted come back. Otherwise that is
   * refused, since it means that another database uses the same site id.
   */
  readonly ownReturn?: boolean;
  /**
   * Queries that must find nothing, before the changes are merged and after, in the same
   * transaction: what a sender may do to which rows. Where one does, the batch is refused.
   */
  readonly refuseIf?: readonly Statement[];
}

/** What `withCrr` adds to a Drizzle database, under `$crr`. */
export class Crr {
  readonly #sites = new SiteStore();
  readonly #merger: Merger;

  constructor(
    readonly connection: Connection,
    readonly schema: DrizzleSchema,
    readonly drift: DriftCheck,
    /** How far ahead the versions of columns merged by time may be, in milliseconds. */
    readonly maxDrift: number = DEFAULT_MAX_DRIFT,
  ) {
    const greatestTime = () => this.#greatestTime();
    this.#merger = new Merger({ connection, schema, sites: this.#sites, drift, greatestTime });
  }

  /**
   * Brings bookkeeping and triggers to what the schema asks for, in one transaction. Run it after
   * migrations; it can be run again at any time. Rows that a table already holds become part of
   * the change feed, as if written now.
   *
   * @throws {CrrDatabaseError} where a base table is missing.
   */
  install(): Promise<void> {
    this.#sites.forget();
    return explained(async () => {
      await install(this.connection, this.schema, this.#greatestTime());
      this.drift.trust();
    });
  }

  /** This database's site id: 16 bytes, random at installation. */
  siteId(): Promise<Uint8Array> {
    return explained(async () => {
      const { directory } = await this.#sites.readWith(this.connection, []);
      return directory.localId.slice();
    });
  }

  /** This database's db_version: one step per transaction, local or applied. */
  version(): Promise<number> {
    return explained(async () => {
      const { dbVersion } = await this.#sites.readWith(this.connection, []);
      return dbVersion;
    });
  }

  /**
   * Reads the change feed. Awaited, it gives all changes as an array (with `limit`, the first page);
   * with `for await`, page after page in bounded memory. A page never shows part of a transaction,
   * unless one alone exceeds the limit, and never part of a row.
   *
   * @example
   * const changes = await db.$crr.changes({ since: 0 });
   *
   * for await (const page of db.$crr.changes({ since: cursor, limit: 1000 })) {
   *   await send(page);
   *   cursor = page.cursor;
   * }
   */
  changes(options: ChangesOptions = {}): ChangeStream {
    return new ChangeStream(
      {
        ...this.connection,
        batch: (...args) =>
          explained(async () => {
            await this.drift.pass();
            return this.connection.batch(...args);
          }),
      },
      this.#sites,
      this.schema,
      options,
    );
  }

  /**
   * Merges changes of other sites. Everything is validated first; then one transaction applies all
   * or nothing. Applying the same changes again, in any order, changes nothing. A stream of pages
   * is applied page by page, a transaction each.
   *
   * @throws {CrrChangeError} where a change is refused; the database is as it was.
   *
   * @example
   * const { inserted, updated, deleted } = await db.$crr.apply(await other.$crr.changes());
   */
  async apply(
    changes: readonly Change[] | AsyncIterable<readonly Change[]>,
    options: ApplyOptions = {},
  ): Promise<ApplyResult> {
    refuseUnknownOptions('apply()', options, [
      'onUnknown',
      'peer',
      'evict',
      'ownReturn',
      'refuseIf',
    ]);
    if (!['pending', 'error', undefined].includes(options.onUnknown)) {
      throw new CrrUsageError(
        'CRR_USAGE_OPTION',
        "apply(): onUnknown must be 'pending' or 'error'",
      );
    }
    if (Array.isArray(changes)) return this.#merger.merge(changes, options);
    if (!isAsyncIterable(changes)) {
      throw new CrrUsageError(
        'CRR_USAGE_OPTION',
        'apply() takes an array of changes, or an async iterable of such arrays',
      );
    }
    const total = emptyResult();
    for await (const batch of changes) {
      addResult(total, await this.#merger.merge(batch, options));
      await nextTurn();
    }
    return total;
  }

  /** {@link siteId} and {@link version} at one moment, in one round trip. */
  state(): Promise<{ readonly siteId: Uint8Array; readonly version: number }> {
    return explained(async () => {
      const { directory, dbVersion } = await this.#sites.readWith(this.connection, []);
      return { siteId: directory.localId.slice(), version: dbVersion };
    });
  }

  /**
   * The sites that this database exchanges changes with, and how far each exchange is.
   *
   * @param siteIds only these, where there may be many.
   */
  peers(siteIds?: readonly Uint8Array[]): Promise<Peer[]> {
    return explained(() => readPeers(this.connection, siteIds));
  }

  /** How many changes wait until their table, column or missing cell is there. */
  pendingCount(): Promise<number> {
    return this.#merger.pendingCount();
  }

  /**
   * Who added what to a counter: its value is the sum. Empty where there is no such row.
   *
   * @param key the row's key, by property.
   * @throws {CrrUsageError} where the column is no counter of a CRR of this schema.
   *
   * @example
   * await db.$crr.contributions(posts, { id: 'a' }, 'views');
   * // [{ siteId: Uint8Array(16), value: 3n }, { siteId: Uint8Array(16), value: -1n }]
   */
  contributions<TTable extends SQLiteTable>(
    table: TTable,
    key: Partial<InferSelectModel<TTable>>,
    column: keyof InferSelectModel<TTable> & string,
  ): Promise<Contribution[]> {
    return explained(() =>
      readContributions(this.connection, this.#sites, this.schema, table, key, column),
    );
  }

  /**
   * The multi-value registers that hold more than one value, with the sites that wrote each.
   *
   * @throws {CrrUsageError} where the table is no CRR of this schema, or has no such column.
   *
   * @example
   * for (const { key, column, values } of await db.$crr.conflicts(cards)) {
   *   if (column === 'status') await db.update(cards).set({ status: values[0]!.value });
   * }
   */
  conflicts<TTable extends SQLiteTable>(table: TTable): Promise<Conflict<TTable>[]> {
    return explained(() => readConflicts(this.connection, this.#sites, this.schema, table));
  }

  /**
   * Gives this database a new site id; what it wrote before keeps the old one. Needed after copying
   * a database file or restoring a backup, when the original lives on: two sites must never share
   * an id. Costs the same whatever the database holds.
   */
  rotateSiteId(): Promise<Uint8Array> {
    return explained(async () => {
      await this.connection.batch(
        [
          statement(`INSERT INTO ${SITE_TABLE} (site_id) VALUES (randomblob(16))`),
          statement(`UPDATE ${STATE_TABLE} SET site = (SELECT max(ordinal) FROM ${SITE_TABLE})`),
        ],
        'write',
      );
      this.#sites.forget();
      return this.siteId();
    });
  }

  #greatestTime(): number {
    return greatestVersion(Date.now(), this.maxDrift);
  }
}

function isAsyncIterable(value: unknown): value is AsyncIterable<readonly Change[]> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/**
 * Lets the event loop turn. A local client never does: its promises are settled already, so in a
 * long stream nothing else would run, not even the finalizers that free the memory of its statements.
 */
const nextTurn = () => new Promise<void>((resolve) => void setTimeout(resolve));
