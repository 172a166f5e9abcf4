import { isTimed } from '../columns/registry.js';
import type { CrrSchema } from '../model/schema.js';
import { requiredColumns, type TableSpec } from '../model/table-spec.js';
import type { EarlyChange } from './group.js';
import type { ApplyInput } from './input.js';
import type { LimitedInput } from './limited.js';
import type { RowOffer } from './table-group.js';

/** What a batch is made of, as far as it matters for what is drained. */
export interface DrainCauses {
  readonly offers: ReadonlyMap<TableSpec, readonly RowOffer[]>;
  readonly early: readonly EarlyChange[];
  /** Deletes that wait because their source may not delete every row. */
  readonly deletes: readonly EarlyChange[];
  /** Changes are under names that this schema lacks, and may wait under them. */
  readonly hasForeignNames: boolean;
}

/**
 * The tables whose pending changes are applied in a merge. A drain compiles a whole gate, so a table is
 * drained only if it is needed.
 */
export function drainedTables(input: ApplyInput, causes: DrainCauses): readonly TableSpec[] {
  const { schema, apart, limited } = input;
  if (limited?.drains === false) return [];
  const specs = [...schema.tables.values()];
  const only = apart?.only;
  if (only !== undefined) return specs.filter(({ name }) => only.has(name));
  return specs.filter(
    limited === undefined
      ? isDrainedTrusted(input, causes)
      : isDrainedLimited(limited, causes, schema),
  );
}

type IsDrained = (spec: TableSpec) => boolean;

function isDrainedTrusted(
  { mayWait, mayReject, waiting, changes }: ApplyInput,
  { offers, hasForeignNames }: DrainCauses,
): IsDrained {
  return (spec) =>
    hasForeignNames ||
    waiting?.has(spec.name) ||
    (mayWait && mayBecomeDue(spec)) ||
    (mayReject && (changes.length === 0 || offers.has(spec)));
}

/** Its rows can be incomplete, or what is ahead of its time may be due at any moment. */
const mayBecomeDue = (spec: TableSpec) =>
  requiredColumns(spec).length > 0 || spec.clockColumns.some(isTimed);

/** The tables in which something may wait that can be applied. */
function isDrainedLimited(
  { waiting }: LimitedInput,
  { early, deletes }: DrainCauses,
  schema: CrrSchema,
): IsDrained {
  // A table that is unknown here may be called otherwise by now, which only the database knows.
  const isForeign = early.some(({ change }) => !schema.tables.has(change.table));
  const names = new Set([...waiting, ...[...early, ...deletes].map(({ change }) => change.table)]);
  return ({ name }) => isForeign || names.has(name);
}
