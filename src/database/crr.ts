import { DEFAULT_MAX_DRIFT, greatestTime } from '../columns/lww-by-time/time.js';
import { CrrUsageError } from '../errors.js';
import {
  type Contribution,
  conflictsQuery,
  counterOf,
  mayConflict,
  readConflicts,
  readContributions,
  registersOf,
  rowCellsQuery,
  type StoredConflict,
} from '../feed/site-values.js';
import type { CrrSchema } from '../model/schema.js';
import type { TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import { collecting } from '../sql/statement.js';
import {
  type BrokenConstraint,
  brokenConstraints,
  discardStatements,
  readParked,
} from '../tables/aside/conflicts.js';
import type { PeerSelection } from '../tables/peer/table.js';
import type { CountedRejectedRow } from '../tables/pending/rejected.js';
import { rotateSiteStatements } from '../tables/site/register.js';
import type { MergeBatchOptions, Merger } from './apply.js';
import { addReport, emptyReport, type MergeReport } from './apply-result.js';
import { type ChangeBatch, changesOf, isBatches, nextTurn } from './change-batch.js';
import type { ChangeStream, ReadPage } from './change-stream.js';
import type { CompactOptions, CompactResult } from './compact.js';
import type { Connection } from './connection.js';
import { explained } from './database-errors.js';
import { type DocumentHooks, onceSettled, thenSettle } from './document-hooks.js';
import { DriftCheck } from './drift.js';
import { Feed, type FeedOptions } from './feed.js';
import { requireFormat } from './format.js';
import { Logs } from './logs.js';
import { type MergeObservers, observed } from './observed.js';
import { type Peer, readPeers } from './peers.js';
import type { RepairParts, VerifyReport } from './repair.js';
import { Reviews } from './reviews.js';
import { run } from './run.js';
import type { RotateOptions, SiteState } from './site-state.js';
import { SiteStore } from './site-store.js';

export type { ChangeBatch } from './change-batch.js';
export type { RotateOptions, SiteState } from './site-state.js';
/** What sites disagree about in a table, or cannot show. */
export interface Conflicts {
  readonly registers: readonly StoredConflict[];
  readonly broken: readonly BrokenConstraint[];
}

export interface CrrCoreParts extends MergeObservers {
  readonly connection: Connection;
  readonly schema: CrrSchema;
  /** How far ahead the versions of columns that merge by time may be, in milliseconds. */
  readonly maxDrift?: number | undefined;
  /** The documents of texts that several people edit. */
  readonly documents?: (core: CrrCore) => DocumentHooks;
  /** Whether to compare the database's triggers with the schema before the first use. */
  readonly check?: boolean | undefined;
}

/**
 * The CRRs of one database: names and stored values, whatever library the application queries with.
 * `db.$crr` is this in the types of a Drizzle schema.
 */
export class CrrCore {
  readonly connection: Connection;
  readonly schema: CrrSchema;
  readonly drift: DriftCheck;
  readonly logs: Logs;
  readonly reviews: Reviews;
  readonly #greatestTime: () => number;
  readonly #observers: MergeObservers;
  readonly #sites = new SiteStore();
  #merger: Merger | undefined;
  readonly #documents: DocumentHooks | undefined;

  constructor(parts: CrrCoreParts) {
    const { connection, schema, maxDrift = DEFAULT_MAX_DRIFT, check = true, emit, writes } = parts;
    this.connection = connection;
    this.schema = schema;
    this.drift = new DriftCheck(connection, schema, check);
    this.#greatestTime = () => greatestTime(Date.now(), maxDrift);
    this.#observers = { emit, writes };
    const { drift } = this;
    const sites = this.#sites;
    this.logs = new Logs(connection, sites, drift, writes);
    this.reviews = new Reviews({
      connection,
      sites,
      drift,
      writes,
      greatestTime: this.#greatestTime,
    });
    this.#documents = parts.documents?.(this);
  }

  install(): Promise<void> {
    this.#sites.forget();
    return explained(async () => {
      const { installIfNeeded } = await import('./install-if-needed.js');
      await installIfNeeded(this.connection, this.schema, this.drift);
      await observed(this.#observers, 0, async () => (await this.#merging()).drain());
      this.#observers.writes?.emit({ isSchemaChange: true });
    });
  }

  state(): Promise<SiteState> {
    return this.#explained(async () => {
      const { directory, ...state } = await this.#sites.state(this.connection);
      const { dbVersion: version, horizon, birth } = state;
      return { siteId: directory.localId.slice(), version, horizon, birth };
    });
  }

  /** @param caller names the public method in messages, such as `changes()`. */
  read(caller: string, options: FeedOptions): ChangeStream<ReadPage> {
    const { schema, drift } = this;
    const batch: Connection['batch'] = (...args) => explained(() => this.connection.batch(...args));
    const connection: Connection = { ...this.connection, batch };
    const parts = { connection, sites: this.#sites, schema, drift };
    return onceSettled(this.#documents, parts, (all) => new Feed(caller, options, all));
  }

  /** Merges one batch in one transaction. */
  async merge(batch: ChangeBatch, options: MergeBatchOptions): Promise<MergeReport> {
    const changes = changesOf(batch);
    const merger = this.#merger ?? (await this.#merging());
    const plain = () => merger.merge(changes, options);
    const merge = () => thenSettle(this.#documents, changes, options.peer === undefined, plain);
    const evicted = options.evict?.rows;
    return observed(this.#observers, changes.length, merge, { evicted, isSettled: true });
  }

  /** Merges one batch, or each batch of a stream in a transaction of its own. */
  async mergeAll(
    batches: ChangeBatch | AsyncIterable<ChangeBatch>,
    options: MergeBatchOptions,
  ): Promise<MergeReport> {
    if (!isBatches(batches)) return this.merge(batches, options);
    const total = emptyReport();
    for await (const batch of batches) {
      addReport(total, await this.merge(batch, options));
      await nextTurn();
    }
    return total;
  }

  peers(which?: PeerSelection): Promise<Peer[]> {
    return this.#explained(() => readPeers(this.connection, which));
  }

  /** @param withRejected whether changes that were rejected count. */
  async waitingTables(source: string, withRejected?: boolean): Promise<string[]> {
    return (await this.#merging()).waitingTables(source, withRejected);
  }

  async rejected(): Promise<CountedRejectedRow[]> {
    return (await this.#merging()).rejected();
  }

  retryRejected(): Promise<MergeReport> {
    const retry = async () => (await this.#merging()).retryRejected();
    const merge = () => thenSettle(this.#documents, [], false, retry);
    return observed(this.#observers, 0, merge, { isSettled: true });
  }

  async pendingCount(): Promise<number> {
    return (await this.#merging()).pendingCount();
  }

  /** @param property the counter's property name. */
  contributions(
    spec: TableSpec,
    key: readonly SqlValue[],
    property: string,
  ): Promise<Contribution[]> {
    return this.#explained(async () => {
      const counter = counterOf(spec, property);
      if (counter === undefined) {
        throw new CrrUsageError(
          'CRR_USAGE_OPTION',
          `contributions(): "${spec.name}" has no counter "${property}"`,
        );
      }
      const query = collecting(rowCellsQuery(spec, key));
      return this.#sites.read(this.connection, [query], [], (_, sites) =>
        readContributions(query.rows, spec, counter, sites),
      );
    });
  }

  conflicts(spec: TableSpec): Promise<Conflicts> {
    return this.#explained(async () => {
      if (!mayConflict(spec)) {
        throw new CrrUsageError(
          'CRR_USAGE_OPTION',
          `conflicts(): "${spec.name}" has neither a multi-value register nor a unique index or a reference that rows could break`,
        );
      }
      const broken: BrokenConstraint[] = [];
      const registers = registersOf(spec).length > 0 ? [collecting(conflictsQuery(spec))] : [];
      const constraints =
        spec.constraints === undefined
          ? []
          : [brokenConstraints(spec, (found) => broken.push(found))];
      return this.#sites.read(this.connection, [...registers, ...constraints], [], (_, sites) => ({
        registers: registers.flatMap(({ rows }) => readConflicts(rows, spec, sites)),
        broken,
      }));
    });
  }

  /** Deletes a parked row, for all sites. @returns false if no row with this key is parked here. */
  discard(spec: TableSpec, key: readonly SqlValue[]): Promise<boolean> {
    return this.#explained(async () => {
      if (spec.constraints === undefined) return false;
      let isParked = false;
      const query = readParked(spec, key, (found) => {
        isParked = found;
      });
      await run(this.connection, [query], 'read');
      if (isParked) await this.connection.batch(discardStatements(spec, key), 'write');
      return isParked;
    });
  }

  /** Forgets deletes that every peer has, and what waits for the rows. */
  compact(options: CompactOptions = {}): Promise<CompactResult> {
    return this.#explained(async () => {
      const { schema } = await this.drift.pass();
      const { Compactor } = await import('./compact.js');
      const compactor = new Compactor(this.connection, schema, options);
      return compactor.compact((await this.state()).version, () => this.merge([], {}));
    });
  }

  rotateSiteId({ movesUnshared = false, guards = [] }: RotateOptions = {}): Promise<Uint8Array> {
    return explained(async () => {
      await requireFormat(this.connection);
      const { installedTables } = await import('./install-if-needed.js');
      const specs = await installedTables(this.connection, this.schema);
      const statements = rotateSiteStatements(specs, movesUnshared);
      await this.connection.batch([...guards, ...statements], 'write');
      this.#sites.forget();
      this.#observers.emit?.({ type: 'site-id-changed' });
      return (await this.state()).siteId;
    });
  }

  /** @param repairs whether what is wrong is repaired, as far as that loses nothing. */
  verify(repairs: boolean, limit: number): Promise<VerifyReport> {
    const forget = () => {
      this.#sites.forget();
      this.drift.forget();
    };
    const { connection, schema } = this;
    const parts: RepairParts = {
      ...{ connection, schema, limit },
      install: async () => {
        const { install } = await import('./install.js');
        await install(connection, schema).finally(forget);
      },
      rotateSiteId: () => this.rotateSiteId(),
      settle: () => this.merge([], {}).finally(forget),
    };
    return explained(async () => {
      // Few applications call it, so it is not part of what they load.
      const { verify } = await import('./repair.js');
      const report = await verify(parts, repairs);
      if (repairs) this.#observers.writes?.emit({ isSchemaChange: true });
      return report;
    });
  }

  /**
   * What merges changes. Reading and writing do not need it, so a page shows its rows before it is loaded; it is loaded once, with
   * the first changes.
   */
  async #merging(): Promise<Merger> {
    const { Merger } = await import('./apply.js');
    this.#merger ??= new Merger({
      connection: this.connection,
      schema: this.schema,
      sites: this.#sites,
      drift: this.drift,
      greatestTime: this.#greatestTime,
    });
    return this.#merger;
  }

  #explained<T>(run: () => Promise<T>): Promise<T> {
    return explained(() => this.drift.explaining(run));
  }
}
