import type { ReplicatedColumnSpec } from '../model/table-spec.js';
import { compareValues, type SqlValue } from '../model/value.js';
import type { LoggedEvent } from '../tables/log/read.js';

/** A cell with several heads. */
export interface ForkedCell {
  readonly column: ReplicatedColumnSpec;
  readonly heads: readonly LoggedEvent[];
  readonly base: LoggedEvent | undefined;
}

/** Whether two heads agree. Undefined is the outcome of a delete. */
export function isSameOutcome(a: SqlValue | undefined, b: SqlValue | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return compareValues(a, b) === 0;
}
