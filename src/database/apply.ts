import { CrrChangeError, CrrDatabaseError } from '../errors.js';
import type { EarlyChange } from '../merge/group.js';
import type { LimitedInput } from '../merge/limited.js';
import { type ApplyPlan, planApply } from '../merge/plan.js';
import type { Change } from '../model/change.js';
import type { CrrSchema } from '../model/schema.js';
import { inSavepoint } from '../sql/savepoint.js';
import type { Query } from '../sql/statement.js';
import { anyPending, countPending, readWaitingTables } from '../tables/pending/count.js';
import { TRUSTED } from '../tables/pending/table.js';
import { registerSites } from '../tables/site/register.js';
import { type ApplyVersions, readVersions } from '../tables/state/read.js';
import {
  addReport,
  emptyReport,
  type MergeReport,
  type MutableReport,
  reportOf,
} from './apply-result.js';
import type { Connection } from './connection.js';
import { explained, isStale } from './database-errors.js';
import type { DriftCheck } from './drift.js';
import { type Evict, evictStatements } from './evict.js';
import { type MergeSource, mergeLimited } from './limited-merge.js';
import { type PeerUpdate, peerStatements, progressStatements } from './peers.js';
import { offerStatements, refusalStatements } from './refused.js';
import { run } from './run.js';
import type { SiteStore } from './site-store.js';

/** The options of merging one batch. */
export interface MergeBatchOptions {
  readonly onUnknown?: 'pending' | 'error' | undefined;
  readonly peer?: PeerUpdate | undefined;
  readonly evict?: Evict | undefined;
  readonly ownReturn?: boolean | undefined;
  readonly source?: MergeSource | undefined;
}

/** The parts of a database that merging needs. */
export interface MergerParts {
  readonly connection: Connection;
  readonly schema: CrrSchema;
  readonly sites: SiteStore;
  readonly drift: DriftCheck;
  /** The greatest version that columns merged by time take now. */
  readonly greatestTime: () => number;
}

/** How often a batch is tried again when other processes register sites at the same moment. */
const MAX_ATTEMPTS = 8;

/** Merges batches of changes into one database, each in one transaction. */
export class Merger {
  readonly #parts: MergerParts;
  /** Whether the pending table may contain changes; unknown at first. */
  #mayWait = true;

  constructor(parts: MergerParts) {
    this.#parts = parts;
  }

  /** Merges one batch, all of it or nothing. */
  async merge(changes: readonly Change[], options: MergeBatchOptions): Promise<MergeReport> {
    const { source } = options;
    return explained(() =>
      this.#parts.drift.explaining<MergeReport>(() => {
        if (source !== undefined) return this.#mergeLimited(changes, options, source);
        if (changes.length === 0) return this.#mergeNothing(options);
        return this.#mergeBatch(changes, options);
      }),
    );
  }

  /** How many changes are in the pending table. */
  pendingCount(): Promise<number> {
    return explained(async () => {
      let count = 0;
      const query = countPending((found) => {
        count = found;
      });
      await run(this.#parts.connection, [query], 'read');
      return count;
    });
  }

  /** Merges what a source may write, and reports what it may not. */
  async #mergeLimited(
    changes: readonly Change[],
    options: MergeBatchOptions,
    source: MergeSource,
  ): Promise<MergeReport> {
    const { schema } = this.#parts;
    const waiting = source.waiting ?? (await this.waitingTables(source.id));
    return mergeLimited(changes, source, schema, {
      merge: async (batch, more) => {
        const limited = { source, waiting, ...more };
        if (batch.length > 0 || waiting.length > 0) {
          return this.#mergeBatch(batch, { ...options, limited });
        }
        return this.#mergeNothing(options);
      },
      try: async (batch, more) => {
        await this.#mergeBatch(batch, { ...options, limited: { source, waiting, ...more } });
      },
    });
  }

  /** Present names of the tables for which something waits from a source. */
  async waitingTables(source: string): Promise<string[]> {
    const tables: string[] = [];
    const query = readWaitingTables(source, (table) => tables.push(table));
    await explained(() => run(this.#parts.connection, [query], 'read'));
    return tables;
  }

  /** Tries again if other processes registered sites meanwhile, so that ordinals are not what was known. */
  async #mergeBatch(changes: readonly Change[], options: BatchOptions): Promise<MutableReport> {
    await this.#parts.drift.pass();
    for (let attempt = 1; ; attempt++) {
      const { plan, mayWait } = await this.#plan(changes, options);
      try {
        return await this.#run(plan, changes, options, mayWait);
      } catch (error) {
        if (!isStale(error)) throw error;
        if (attempt === MAX_ATTEMPTS) throw contended(error);
        this.#parts.sites.forget();
        await this.#register(plan);
      }
    }
  }

  async #plan(changes: readonly Change[], options: BatchOptions) {
    const { connection, schema, sites, greatestTime } = this.#parts;
    const onUnknown = options.onUnknown ?? 'pending';
    const mayWait = this.#mayWait;
    const plan = planApply({
      changes,
      schema,
      sites: await sites.directory(connection),
      onUnknown,
      maxParameters: connection.maxParameters,
      greatestTime: greatestTime(),
      mayWait,
      ownReturn: options.ownReturn,
      limited: options.limited,
    });
    if (onUnknown === 'error') refuseEarly(plan.early[0]);
    return { plan, mayWait };
  }

  async #run(
    plan: ApplyPlan,
    changes: readonly Change[],
    options: BatchOptions,
    mayWait: boolean,
  ): Promise<MutableReport> {
    const { connection, schema, sites } = this.#parts;
    const { limited } = options;
    if (limited?.trial) {
      await run(connection, trialQueries(plan), 'write');
      return emptyReport();
    }
    const stamp = new Stamp();
    const peer = options.peer && peerStatements(options.peer);
    await run(
      connection,
      [
        ...(peer?.before ?? []),
        ...plan.phases.flatMap(({ queries }) => queries),
        ...(peer?.after ?? []),
        ...refusalStatements(options.peer, schema),
        ...evictStatements(options.evict, schema),
        stamp.read(),
        ...offerStatements(options.peer, schema),
      ],
      'write',
    );
    sites.learn(plan.newSites);
    const result = reportOf(plan);
    if (changes.length > 0) Object.assign(result, stamp.result());
    if (limited !== undefined) return result;
    const { total } = plan.outcome.waiting;
    this.#mayWait = total > 0;
    // Another process has left a pending change since. This batch may complete its row.
    if (!mayWait && total > result.pending) await this.#mergeWaiting(options, result);
    return result;
  }

  /** After a batch that is merged already, so a failure is left to the next apply, which tries the same again. */
  async #mergeWaiting({ onUnknown }: BatchOptions, total: MutableReport): Promise<void> {
    try {
      addReport(total, await this.#mergeBatch([], { onUnknown: onUnknown ?? 'pending' }));
    } catch {
      this.#mayWait = true;
    }
  }

  /** Gives a batch's new sites their ordinals ahead of it: contended, that race cannot be lost again. */
  async #register({ newSites }: ApplyPlan): Promise<void> {
    if (newSites.length === 0) return;
    const register = registerSites(newSites.map(([, siteId]) => siteId));
    await this.#parts.connection.batch([register], 'write');
  }

  async #isWaiting(): Promise<boolean> {
    let isAny = false;
    const query = anyPending(TRUSTED, (found) => {
      isAny = found;
    });
    await explained(() => run(this.#parts.connection, [query], 'read'));
    return isAny;
  }

  /** A batch without changes lets in what waits, if it can, and may still note a peer's progress, or evict rows. */
  async #mergeNothing({ peer, evict }: MergeBatchOptions): Promise<MergeReport> {
    const { connection, schema } = this.#parts;
    // Another process may have left something; and what was ahead of its time may be due now.
    const waits = this.#mayWait || (await this.#isWaiting());
    if (waits) return this.#mergeBatch([], { peer, evict });
    const statements = [
      ...(peer === undefined ? [] : progressStatements(peer)),
      ...refusalStatements(peer, schema),
      ...evictStatements(evict, schema),
      ...offerStatements(peer, schema),
    ];
    if (statements.length > 0) await connection.batch(statements, 'write');
    return emptyReport();
  }
}

/** What a batch is merged with, and the limits of its source. */
interface BatchOptions extends MergeBatchOptions {
  readonly limited?: LimitedInput | undefined;
}

/** Merges and takes all of it back. */
function trialQueries({ phases }: ApplyPlan): Query[] {
  const tried = phases.filter(({ name }) => name !== 'report' && name !== 'end');
  return inSavepoint(tried.flatMap(({ queries }) => queries));
}

/** The db_version under which a batch is stored. */
class Stamp {
  #versions: ApplyVersions | undefined;

  read(): Query {
    return readVersions((versions) => {
      this.#versions = versions;
    });
  }

  /** If the db_version contains more than the batch, the sender lacks something, so it is not returned. */
  result(): { readonly stamp: number | undefined; readonly prior: number } {
    const { prior, now, hasLocalNews } = this.#versions!;
    return { stamp: now > prior && !hasLocalNews ? now : undefined, prior };
  }
}

function contended(cause: unknown): CrrDatabaseError {
  return new CrrDatabaseError(
    'CRR_DATABASE_CONTENDED',
    `other processes registered new sites in each of ${MAX_ATTEMPTS} attempts to apply this batch: try again`,
    { cause },
  );
}

function refuseEarly(first: EarlyChange | undefined): void {
  if (first === undefined) return;
  const { table, cid } = first.change;
  if (first.isHeld) {
    throw new CrrChangeError(
      'CRR_CHANGE_AHEAD',
      `"${table}"."${cid}" was written by a clock that is ahead by more than maxDrift, and onUnknown is 'error': let it wait with onUnknown: 'pending', or set the writer's clock`,
    );
  }
  throw new CrrChangeError(
    'CRR_CHANGE_UNKNOWN',
    `this schema has no CRR column "${table}"."${cid}", and onUnknown is 'error': migrate this database first, or let the changes wait with onUnknown: 'pending'`,
  );
}
