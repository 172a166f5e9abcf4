import type { ReplicatedColumnSpec, TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import type { AsideState } from '../tables/aside/table.js';
import type { CountedRejectedRow } from '../tables/pending/rejected.js';

/** A row by its table and key. */
export interface MergedRow {
  readonly spec: TableSpec;
  readonly key: readonly SqlValue[];
}

/** A column of a row. */
export interface MergedColumn extends MergedRow {
  readonly column: ReplicatedColumnSpec;
}

/** A row that is not shown, and why. */
export interface ParkedRow extends MergedRow {
  readonly reason: AsideState;
}

/** The rows and cells that a batch changed, filled by the readers of its statements. */
export class MergeOutcome {
  readonly inserted: MergedRow[] = [];
  readonly updated: MergedRow[] = [];
  readonly deleted: MergedRow[] = [];
  /** Rows that left the base table, or never came into it. */
  readonly parked: ParkedRow[] = [];
  /** Rows that were parked and are in the base table now. */
  readonly shown: MergedRow[] = [];
  /** Rows that show something else than their value in one column more, or less, than before. */
  readonly masked: MergedRow[] = [];
  readonly unmasked: MergedRow[] = [];
  /** Columns whose value is not the sum of their cells. */
  readonly saturated: MergedColumn[] = [];
  /** Cells that took the incoming value. */
  cellsWon = 0;
  /** Rows that were rejected. */
  readonly rejected: CountedRejectedRow[] = [];
  /** Changes in the pending table: in all, to be tried, rejected, those of this batch that wait, and its cells. */
  waiting = { total: 0, toTry: 0, rejected: 0, ofBatch: 0, cellsOfBatch: 0 };
}
