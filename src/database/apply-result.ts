import { type RowRef, rowRefs } from '../drizzle/row-ref.js';
import type { MergedRow } from '../merge/outcome.js';
import type { ApplyPlan } from '../merge/plan.js';
import type { DrizzleSchema } from '../schema/read-schema.js';

/** What an apply changed, so that an application can refresh exactly that. */
export interface ApplyResult {
  readonly inserted: readonly RowRef[];
  readonly updated: readonly RowRef[];
  readonly deleted: readonly RowRef[];
  /** Cells that took the incoming value. */
  readonly cellsWon: number;
  /** Cells that lost, or were known already. */
  readonly cellsIgnored: number;
  /** Counters whose sum is beyond a 64-bit integer: they show the nearest one. */
  readonly saturated: readonly ColumnRef[];
  /** Changes of this batch that wait in the pending table. */
  readonly pending: number;
  /** Of these, those whose writer's clock is ahead by more than `maxDrift`. */
  readonly held: number;
  /**
   * The db_version under which everything that was new in this batch, and nothing else, is now
   * stored; undefined where nothing was new, or where changes that had waited were applied with it.
   */
  readonly stamp: number | undefined;
  /** The db_version just before; undefined where the batch held no changes. */
  readonly prior: number | undefined;
}

/** A row, and the property name of one of its columns. */
export interface ColumnRef extends RowRef {
  readonly column: string;
}

/** A result that is still being added up. */
export type MutableResult = { -readonly [K in keyof ApplyResult]: Mutable<ApplyResult[K]> };
type Mutable<T> = T extends readonly (infer U)[] ? U[] : T;

export function emptyResult(): MutableResult {
  return {
    inserted: [],
    updated: [],
    deleted: [],
    cellsWon: 0,
    cellsIgnored: 0,
    saturated: [],
    pending: 0,
    held: 0,
    stamp: undefined,
    prior: undefined,
  };
}

/** Adds what the next batch did. */
export function addResult(total: MutableResult, result: ApplyResult): void {
  for (const row of result.inserted) total.inserted.push(row);
  for (const row of result.updated) total.updated.push(row);
  for (const row of result.deleted) total.deleted.push(row);
  for (const column of result.saturated) total.saturated.push(column);
  total.cellsWon += result.cellsWon;
  total.cellsIgnored += result.cellsIgnored;
  total.pending += result.pending;
  total.held += result.held;
  total.stamp = result.stamp;
  total.prior = result.prior;
}

/** What a plan that has run did. */
export function resultOf(
  { outcome, early, cellCount }: ApplyPlan,
  schema: DrizzleSchema,
): MutableResult {
  const refOf = ({ spec, key }: MergedRow) =>
    rowRefs(spec, schema.drizzleTables.get(spec.name)!)(key);
  const { ofBatch, cellsOfBatch } = outcome.waiting;
  return {
    ...emptyResult(),
    inserted: outcome.inserted.map(refOf),
    updated: outcome.updated.map(refOf),
    deleted: outcome.deleted.map(refOf),
    saturated: outcome.saturated.map((cell) => ({ ...refOf(cell), column: cell.column.property })),
    cellsWon: outcome.cellsWon,
    // Cells that waited and are applied now were won without being in this batch.
    cellsIgnored: Math.max(0, cellCount - outcome.cellsWon - cellsOfBatch),
    pending: ofBatch,
    held: early.filter(({ isHeld }) => isHeld).length,
  };
}
