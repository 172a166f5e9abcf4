import { type PruneLimits, pruneRow } from '../feed/prune-row.js';
import type { CrrSchema } from '../model/schema.js';
import type { TableSpec } from '../model/table-spec.js';
import {
  forgetCommits,
  type PruneState,
  type PruneStep,
  pruneStatements,
  readPruneState,
} from '../tables/log/prune.js';
import {
  findStep,
  type LogRange,
  type RowToPrune,
  readRowsToPrune,
  type StepEnd,
} from '../tables/log/prune-rows.js';
import type { Connection } from './connection.js';
import { isStale } from './database-errors.js';
import { requireFormat } from './format.js';
import { removalOf } from './hold-back.js';
import type { Pruned, PruneOptions, PruneResult } from './prune-options.js';
import { run } from './run.js';

const STEP_EVENTS = 1_000;

/** Removes old events from logs, in steps. It may be interrupted between any two of them. */
export class Pruner {
  readonly #limit: number;
  readonly #keep: number;
  /** By the clock here. */
  readonly #time: number;
  #pruned = 0;
  #unclear = 0;

  constructor(
    readonly connection: Connection,
    readonly schema: CrrSchema,
    readonly options: PruneOptions,
  ) {
    const { olderThan, keep, limit = STEP_EVENTS } = options;
    this.#limit = limit;
    this.#keep = keep ?? 0;
    this.#time = olderThan === undefined ? Number.MAX_SAFE_INTEGER : Date.now() - olderThan;
  }

  /** @param dbVersion the present one. */
  async prune(dbVersion: number): Promise<PruneResult> {
    await requireFormat(this.connection);
    const removal = this.options.force
      ? { upTo: Math.min(this.options.upTo ?? dbVersion, dbVersion), heldBackBy: [] }
      : await removalOf(this.connection, 'prune()', this.options, dbVersion);
    const specs = [...this.schema.tables.values()].filter(({ history }) => history);
    const horizons: Record<string, number> = {};
    for (const spec of specs) horizons[spec.name] = await this.#pruneTable(spec, removal.upTo);
    if (this.#pruned > 0) await this.connection.batch([forgetCommits(specs)], 'write');
    return { ...this.#soFar, ...removal, horizons };
  }

  get #soFar(): Pruned {
    return { pruned: this.#pruned, unclear: this.#unclear };
  }

  /** @returns the horizon of the table. */
  async #pruneTable(spec: TableSpec, dbVersion: number): Promise<number> {
    let after: number | undefined;
    for (;;) {
      const state = await this.#stateOf(spec);
      // Whoever kept more events of a row than are kept now has left some in what was looked at.
      after ??= this.#keep < state.keep ? 0 : state.swept;
      const step = await this.#nextStep(spec, state, after, dbVersion);
      if (step === undefined) return state.version;
      try {
        await this.connection.batch(pruneStatements(spec, step.plan, this.connection), 'write');
      } catch (error) {
        if (!isStale(error)) throw error;
        // Another process prunes, too: go on where it is.
        after = undefined;
        continue;
      }
      this.#pruned += step.plan.removed.length;
      this.#unclear += step.unclear;
      after = step.plan.state.swept;
      this.options.onProgress?.(this.#soFar);
    }
  }

  async #stateOf(spec: TableSpec): Promise<PruneState> {
    let state!: PruneState;
    const read = readPruneState(spec, (found) => {
      state = found;
    });
    await run(this.connection, [read], 'read');
    return state;
  }

  async #nextStep(spec: TableSpec, state: PruneState, after: number, dbVersion: number) {
    const ends: StepEnd[] = [];
    const search = { after, version: dbVersion, time: this.#time, limit: this.#limit };
    await run(this.connection, [findStep(spec, search, (end) => ends.push(end))], 'read');
    const [end] = ends;
    if (end === undefined) return undefined;
    const limits = { upTo: end.version, keep: this.#keep };
    return this.#planStep(spec, state, { after, upTo: end.upTo }, limits);
  }

  async #planStep(spec: TableSpec, state: PruneState, range: LogRange, limits: PruneLimits) {
    const rows = new Map<string, RowToPrune>();
    await run(this.connection, readRowsToPrune(spec, range, rows), 'read');
    const plans = [...rows.values()].map(({ events, noted }) =>
      pruneRow(spec, events, noted, limits),
    );
    const pruned = plans.filter((plan) => plan !== undefined && plan !== 'unclear');
    const plan: PruneStep = {
      planned: state.swept,
      removed: pruned.flatMap(({ removed }) => removed.map(({ id }) => id)),
      changed: pruned.flatMap(({ changed }) => changed),
      forgotten: pruned.flatMap(({ forgotten }) => forgotten),
      state: {
        version: Math.max(0, ...pruned.map(({ last }) => last.arrived)),
        time: Math.max(0, ...pruned.map(({ lastTime }) => lastTime)),
        swept: range.upTo,
        keep: this.#keep,
      },
    };
    return { plan, unclear: plans.filter((plan) => plan === 'unclear').length };
  }
}
