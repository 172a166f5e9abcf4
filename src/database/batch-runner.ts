import type { Apart } from '../merge/apart.js';
import type { LimitedInput } from '../merge/limited.js';
import { siteIdsOf } from '../merge/ordinals.js';
import { type ApplyPlan, planApply } from '../merge/plan.js';
import { nextMode, type SettleMode } from '../merge/settle-mode.js';
import type { Change } from '../model/change.js';
import { constrainedTables } from '../model/constraints.js';
import type { CrrSchema } from '../model/schema.js';
import type { Query } from '../sql/statement.js';
import { type ApplyVersions, readVersions } from '../tables/apply/read.js';
import type { Findings } from '../tables/guard/findings.js';
import { refuseAlways } from '../tables/guard/table.js';
import { EARLY_CELLS } from '../tables/log/early-cells.js';
import { registerSites } from '../tables/site/register.js';
import { type MutableReport, reportOf } from './apply-result.js';
import { contended, refuseEarly } from './batch-errors.js';
import type { Connection } from './connection.js';
import { isRowRefused, isStale, messages } from './database-errors.js';
import { type DrainLook, DrainMemory } from './drain-memory.js';
import type { DriftCheck } from './drift.js';
import { type Evict, evictsRows, evictWhileMerging } from './evict.js';
import type { MergeSource } from './limited-merge.js';
import { type PeerUpdate, peerStatements } from './peers.js';
import type { PresentSchema } from './present-schema.js';
import { offerStatements, refusalStatements } from './refused.js';
import { rowFault } from './row-faults.js';
import { run } from './run.js';
import type { SiteStore } from './site-store.js';

/** The options of merging one batch. */
export interface MergeBatchOptions {
  readonly onUnknown?: 'pending' | 'error' | undefined;
  readonly peer?: PeerUpdate | undefined;
  readonly evict?: Evict | undefined;
  readonly ownReturn?: boolean | undefined;
  readonly source?: MergeSource | undefined;
  /** Run last in the transaction that notes the progress of the peer. */
  readonly last?: readonly Query[] | undefined;
}

/** What a batch is merged with, the limits of its source, and what is kept apart. */
export interface BatchOptions extends MergeBatchOptions {
  readonly limited?: LimitedInput | undefined;
  readonly apart?: Apart | undefined;
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

/** What was in the pending table after a batch. */
export interface Leftovers {
  /** Changes have come from another process, and what they wait for may be there. */
  readonly ofOthers: boolean;
  /** Changes are to be tried, and were not. */
  readonly toTry: boolean;
}

/** How often a batch is tried again when other processes register sites at the same moment. */
const MAX_ATTEMPTS = 8;

/** Merges one batch in one transaction, or only tries to. */
export class BatchRunner {
  readonly #parts: MergerParts;
  /** Whether trusted changes may wait in the pending table; unknown at first. */
  #mayWait: boolean | undefined;
  /** Whether trusted changes were rejected, as far as is known: draining the tables of each batch is not cheap. */
  #mayReject = false;
  /** The look at the database after which what had waited was drained: a process with an older schema may have left it. */
  #lookedAt: PresentSchema | undefined;
  readonly #drains: DrainMemory;
  /** Whether rows are aside, as far as is known. */
  #mayBeAside = false;
  leftovers: Leftovers = { ofOthers: false, toTry: false };

  constructor(parts: MergerParts) {
    this.#parts = parts;
    this.#drains = new DrainMemory(parts.connection);
  }

  get mayBePending(): boolean {
    return this.#mayWait !== false || this.#mayReject;
  }

  /** The next merge looks at what is pending. */
  expectPending(): void {
    this.#mayWait = true;
    this.#drains.forget(undefined);
  }

  merge(changes: readonly Change[], options: BatchOptions): Promise<MutableReport> {
    return this.#attempt(changes, options, (plan, look) => this.#run(plan, changes, options, look));
  }

  /** Merges, takes all of it back, and reads what was found. Rejects as {@link merge} would. */
  try(changes: readonly Change[], options: BatchOptions, found: Findings): Promise<void> {
    return this.#attempt(changes, options, async (plan) => {
      const queries = [...triedQueries(plan), found.end()];
      const error: unknown = await run(this.#parts.connection, queries, 'write').catch((e) => e);
      if (!found.read(messages(error))) throw error;
    });
  }

  /**
   * Why the database would reject a row of the batch; undefined if it would not. Nothing is written, and nothing
   * read: the batch fails at the end at the latest.
   */
  faultOf(changes: readonly Change[], options: BatchOptions): Promise<string | undefined> {
    return this.#attempt(changes, options, async (plan) => {
      const queries = [...triedQueries(plan), refuseAlways()];
      const error: unknown = await run(this.#parts.connection, queries, 'write').catch((e) => e);
      if (isRowRefused(error)) return undefined;
      const fault = rowFault(error);
      if (fault === undefined) throw error;
      return fault;
    });
  }

  /** Tries again if other processes registered sites meanwhile, so that ordinals are not what was known. */
  async #attempt<T>(
    changes: readonly Change[],
    options: BatchOptions,
    runPlan: (plan: ApplyPlan, look: DrainLook) => Promise<T>,
  ): Promise<T> {
    const { drift, sites } = this.#parts;
    // Evicted rows leave no clocks that would show it.
    let settles: SettleMode = {
      kind: evictsRows(options.evict) ? 'whole' : this.#mayBeAside ? 'look' : 'first',
    };
    let takesOver = false;
    for (let attempt = 1; ; attempt++) {
      const done = await drift.withPresent(
        async (present) => {
          const look = await this.#look(options, present);
          const plan = await this.#plan(changes, { ...options, settles, takesOver }, look);
          try {
            return { result: await runPlan(plan, look) };
          } catch (error) {
            const specs = constrainedTables(present.schema);
            const next = nextMode(settles, messages(error), specs);
            if (next !== undefined) {
              settles = next;
              this.#mayBeAside = true;
              return undefined;
            }
            if (!takesOver && messages(error).includes(EARLY_CELLS)) {
              takesOver = true;
              return undefined;
            }
            if (!isStale(error)) throw error;
            if (attempt === MAX_ATTEMPTS) throw contended(error, MAX_ATTEMPTS);
            sites.forget();
            drift.forget();
            await this.#register(plan);
            return undefined;
          }
        },
        () => drift.passMerging(),
      );
      if (done !== undefined) return done.result;
    }
  }

  /** What has changed since everything that waits from this source was tried, if something waits. */
  async #look({ limited, apart }: BatchOptions, present: PresentSchema): Promise<DrainLook> {
    const greatestTime = this.#parts.greatestTime();
    this.#mayWait ??= mayWaitIn(present);
    const mayWait = limited === undefined ? this.#mayWait : limited.waiting.length > 0;
    const isLooked = mayWait && apart?.only === undefined;
    return isLooked
      ? this.#drains.look(limited, present, greatestTime)
      : this.#drains.everything(limited, present, greatestTime);
  }

  async #plan(
    changes: readonly Change[],
    options: BatchOptions & { readonly settles: SettleMode; readonly takesOver: boolean },
    look: DrainLook,
  ): Promise<ApplyPlan> {
    const { connection, sites } = this.#parts;
    const { present, before, greatestTime } = look;
    const onUnknown = options.onUnknown ?? 'pending';
    const plan = planApply({
      changes,
      schema: present.schema,
      schemaVersion: present.version,
      waiting: this.#lookedAt === present ? undefined : present.waiting,
      unknownColumns: options.limited && present.unknownColumns,
      sites: await sites.directory(connection, siteIdsOf(changes)),
      onUnknown,
      limits: connection,
      greatestTime,
      mayWait: this.#mayWait !== false,
      before,
      settles: options.settles,
      takesOver: options.takesOver,
      evict: [
        ...refusalStatements(options.peer, present.schema),
        ...evictWhileMerging(options.evict, present.schema),
      ],
      mayReject: this.#mayReject,
      apart: options.apart,
      ownReturn: options.ownReturn,
      limited: options.limited,
    });
    if (onUnknown === 'error') refuseEarly(plan.early[0]);
    return plan;
  }

  async #run(
    plan: ApplyPlan,
    changes: readonly Change[],
    options: BatchOptions,
    look: DrainLook,
  ): Promise<MutableReport> {
    const { connection, sites } = this.#parts;
    const { present } = look;
    const { schema } = present;
    const stamp = new Stamp();
    const peer = options.peer && peerStatements(options.peer, schema);
    await run(
      connection,
      [
        ...(peer?.before ?? []),
        ...plan.phases.flatMap(({ queries }) => queries),
        ...(peer?.after ?? []),
        stamp.read(),
        ...offerStatements(options.peer, schema),
        ...(options.last ?? []),
      ],
      'write',
    );
    sites.learn(plan.newSites);
    const report = reportOf(plan);
    if (changes.length > 0) Object.assign(report, stamp.result());
    if (plan.drains) this.#drains.done(options.limited, look, stamp.versions);
    else if (plan.early.length > 0) this.#drains.forget(options.limited);
    if (options.limited === undefined) {
      this.#lookedAt = present;
      this.#learn(plan, report, options.apart);
    }
    return report;
  }

  #learn({ outcome }: ApplyPlan, { pending }: MutableReport, apart: Apart | undefined): void {
    const { total, rejected, toTry } = outcome.waiting;
    const waits = total - rejected;
    const ofOthers =
      (!this.#mayWait && waits > pending) || (!this.#mayReject && rejected > 0 && !apart);
    // Rows of which one process left a part, and this one another part, have not changed.
    if (ofOthers) this.#drains.forget(undefined);
    this.leftovers = { ofOthers, toTry: toTry > 0 };
    this.#mayWait = waits > 0;
    this.#mayReject = rejected > 0;
  }

  /** Gives a batch's new sites their ordinals ahead of it: contended, that race cannot be lost again. */
  async #register({ newSites }: ApplyPlan): Promise<void> {
    if (newSites.length === 0) return;
    const register = registerSites(newSites.map(([, siteId]) => siteId));
    await this.#parts.connection.batch([register], 'write');
  }
}

/** What others have left since is found by the count after the merge. */
const mayWaitIn = (present: PresentSchema) =>
  present.version === undefined || present.waiting.size > 0;

function triedQueries({ phases }: ApplyPlan): Query[] {
  const tried = phases.filter(({ name }) => name !== 'report' && name !== 'end');
  return tried.flatMap(({ queries }) => queries);
}

/** The db_version under which a batch is stored. */
class Stamp {
  #versions: ApplyVersions | undefined;

  get versions(): ApplyVersions {
    return this.#versions!;
  }

  read(): Query {
    return readVersions((versions) => {
      this.#versions = versions;
    });
  }

  /** If the db_version contains more than the batch, the sender lacks something, so it is not returned. */
  result(): { readonly stamp: number | undefined; readonly prior: number } {
    const { prior, now, hasLocalNews } = this.versions;
    return { stamp: now > prior && !hasLocalNews ? now : undefined, prior };
  }
}
