import type { ColumnKind, ReplicatedColumnSpec, TableSpec } from '../schema/table-spec.js';

/**
 * The statements that carry a column over to another way of merging; triggers and gate are made
 * anew anyway. There is one kind so far, so there is nothing to carry over.
 *
 * @param before undefined where the column is new, or what it was is not known.
 */
export function kindChangeStatements(
  _spec: TableSpec,
  { kind }: ReplicatedColumnSpec,
  before: ColumnKind | undefined,
): string[] {
  if (before === undefined || before.type === kind.type) return [];
  return kind.type satisfies never;
}
