import type { ReplicatedColumnSpec } from '../model/table-spec.js';
import type { LoggedEvent } from '../tables/log/read.js';

/** A cell that sites have left differently without each other's write. */
export interface ForkedCell {
  readonly column: ReplicatedColumnSpec;
  /** What was written to it. */
  readonly heads: readonly LoggedEvent[];
  readonly base: LoggedEvent | undefined;
  /**
   * By which event each side has what it has: of each head of the cell this event itself, or if conflicts are by row, one of
   * those that a head of the row had seen. Undefined: that was pruned.
   */
  readonly sides: ReadonlyMap<LoggedEvent, LoggedEvent | undefined>;
}
