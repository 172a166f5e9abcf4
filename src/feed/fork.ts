import type { ReplicatedColumnSpec } from '../model/table-spec.js';
import type { LoggedEvent } from '../tables/log/read.js';

/** A cell with several heads. */
export interface ForkedCell {
  readonly column: ReplicatedColumnSpec;
  readonly heads: readonly LoggedEvent[];
  readonly base: LoggedEvent | undefined;
}
