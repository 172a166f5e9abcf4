import type { DriverRow } from '../feed/read.js';
import type { ApplyPlan } from '../merge/plan.js';
import { readReport, readSaturated } from '../merge/report.js';
import type { SqlValue } from '../model/value.js';

/** A row by its table's name and the values of its key, as they are stored. */
export interface KeyedRow {
  readonly table: string;
  readonly key: readonly SqlValue[];
}

/** A row, and the property name of one of its columns. */
export interface KeyedColumn extends KeyedRow {
  readonly column: string;
}

/** What an apply changed. The fields are those of `MergeResult`, except that keys are as stored. */
export interface MergeReport {
  readonly inserted: readonly KeyedRow[];
  readonly updated: readonly KeyedRow[];
  readonly deleted: readonly KeyedRow[];
  readonly cellsWon: number;
  readonly cellsIgnored: number;
  readonly saturated: readonly KeyedColumn[];
  readonly pending: number;
  readonly held: number;
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
export function addReport(total: MutableReport, report: MergeReport): void {
  for (const row of report.inserted) total.inserted.push(row);
  for (const row of report.updated) total.updated.push(row);
  for (const row of report.deleted) total.deleted.push(row);
  for (const column of report.saturated) total.saturated.push(column);
  total.cellsWon += report.cellsWon;
  total.cellsIgnored += report.cellsIgnored;
  total.pending += report.pending;
  total.held += report.held;
  total.stamp = report.stamp;
  total.prior = report.prior;
}

/** Reads the rows that the plan's report statements returned. */
export function readPlanReport(plan: ApplyPlan, results: DriverRow[][]): MutableReport {
  const total = emptyReport();
  for (const report of plan.reports) {
    const table = report.spec.name;
    total.cellsWon += readReport(report, results, (fate, key) => total[fate].push({ table, key }));
    readSaturated(report, results, (key, column) => total.saturated.push({ table, key, column }));
  }
  const [, pending, pendingCells] = Array.from(results[plan.pendingIndex]![0]!, Number);
  total.pending = pending!;
  total.held = plan.early.filter(({ held }) => held).length;
  // Cells that waited and are applied now were won without being in this batch.
  total.cellsIgnored = Math.max(0, plan.cellCount - total.cellsWon - pendingCells!);
  return total;
}
