import type { MergedRow, ParkedRow } from '../merge/outcome.js';
import type { ApplyPlan } from '../merge/plan.js';
import type { RefusedRow } from '../merge/source.js';
import { packKey } from '../model/packed-key.js';
import { bytesToHex, type SqlValue } from '../model/value.js';
import type { AsideState } from '../tables/aside/table.js';
import type { CountedRejectedRow } from '../tables/pending/rejected.js';

/** A row by its table's name and the values of its key, as they are stored. */
export interface KeyedRow {
  readonly table: string;
  readonly key: readonly SqlValue[];
}

/** A row, and the property name of one of its columns. */
export interface KeyedColumn extends KeyedRow {
  readonly column: string;
}

/** A row that is not shown, and why. */
export interface ParkedKey extends KeyedRow {
  readonly reason: AsideState;
}

/** The changes that an apply made. The fields are those of `MergeResult`, except that keys are as stored. */
export interface MergeReport {
  readonly inserted: readonly KeyedRow[];
  readonly updated: readonly KeyedRow[];
  readonly deleted: readonly KeyedRow[];
  readonly parked: readonly ParkedKey[];
  readonly shown: readonly KeyedRow[];
  readonly masked: readonly KeyedRow[];
  readonly unmasked: readonly KeyedRow[];
  readonly cellsWon: number;
  readonly cellsIgnored: number;
  readonly saturated: readonly KeyedColumn[];
  readonly pending: number;
  readonly held: number;
  /** Rows of which something was not applied, because its source may not write it. */
  readonly refused: readonly RefusedRow[];
  /** Rows whose changes the database rejected. */
  readonly rejected: readonly CountedRejectedRow[];
  readonly stamp: number | undefined;
  readonly prior: number | undefined;
}

/** A report that is still being added up. */
export type MutableReport = { -readonly [K in keyof MergeReport]: Mutable<MergeReport[K]> };
type Mutable<T> = T extends readonly (infer U)[] ? U[] : T;

export function emptyReport(): MutableReport {
  return {
    inserted: [],
    updated: [],
    deleted: [],
    parked: [],
    shown: [],
    masked: [],
    unmasked: [],
    cellsWon: 0,
    cellsIgnored: 0,
    saturated: [],
    pending: 0,
    held: 0,
    refused: [],
    rejected: [],
    stamp: undefined,
    prior: undefined,
  };
}

/** Adds what the next batch did. */
export function addReport(total: MutableReport, report: MergeReport): MutableReport {
  for (const row of report.inserted) total.inserted.push(row);
  for (const row of report.updated) total.updated.push(row);
  for (const row of report.deleted) total.deleted.push(row);
  for (const row of report.parked) total.parked.push(row);
  for (const row of report.shown) total.shown.push(row);
  for (const row of report.masked) total.masked.push(row);
  for (const row of report.unmasked) total.unmasked.push(row);
  for (const column of report.saturated) total.saturated.push(column);
  total.cellsWon += report.cellsWon;
  total.cellsIgnored += report.cellsIgnored;
  total.pending += report.pending;
  total.held += report.held;
  for (const row of report.refused) total.refused.push(row);
  for (const row of report.rejected) total.rejected.push(row);
  total.stamp = report.stamp;
  total.prior = report.prior;
  return total;
}

/** The report of a plan that has run. */
export function reportOf({ outcome, early, cellCount }: ApplyPlan): MutableReport {
  const keyed = ({ spec, key }: MergedRow): KeyedRow => ({ table: spec.name, key });
  const { ofBatch, cellsOfBatch } = outcome.waiting;
  return {
    ...emptyReport(),
    inserted: shownAtOnce(outcome.inserted, outcome.parked).map(keyed),
    updated: outcome.updated.map(keyed),
    deleted: outcome.deleted.map(keyed),
    parked: outcome.parked.map((row) => ({ ...keyed(row), reason: row.reason })),
    shown: outcome.shown.map(keyed),
    masked: outcome.masked.map(keyed),
    unmasked: outcome.unmasked.map(keyed),
    saturated: outcome.saturated.map((cell) => ({ ...keyed(cell), column: cell.column.property })),
    cellsWon: outcome.cellsWon,
    // Cells that were pending and are applied now have won without being in this batch.
    cellsIgnored: Math.max(0, cellCount - outcome.cellsWon - cellsOfBatch),
    pending: ofBatch,
    rejected: outcome.rejected,
    held: early.filter(({ isHeld }) => isHeld).length,
  };
}

/** New rows, without those that were parked when they came. */
function shownAtOnce(
  inserted: readonly MergedRow[],
  parked: readonly ParkedRow[],
): readonly MergedRow[] {
  const id = ({ spec, key }: MergedRow) => `${spec.name} ${bytesToHex(packKey(key))}`;
  const hidden = new Set(parked.map(id));
  return hidden.size === 0 ? inserted : inserted.filter((row) => !hidden.has(id(row)));
}
