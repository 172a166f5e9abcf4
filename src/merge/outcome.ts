import type { ReplicatedColumnSpec, TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';

/** A row by its table and key. */
export interface MergedRow {
  readonly spec: TableSpec;
  readonly key: readonly SqlValue[];
}

/** A column of a row. */
export interface MergedColumn extends MergedRow {
  readonly column: ReplicatedColumnSpec;
}

/** The rows and cells that a batch changed, filled by the readers of its statements. */
export class MergeOutcome {
  readonly inserted: MergedRow[] = [];
  readonly updated: MergedRow[] = [];
  readonly deleted: MergedRow[] = [];
  /** Columns whose value is not the sum of their cells. */
  readonly saturated: MergedColumn[] = [];
  /** Cells that took the incoming value. */
  cellsWon = 0;
  /** Changes in the pending table: in all, of this batch, and its cells. */
  waiting = { total: 0, ofBatch: 0, cellsOfBatch: 0 };
}
