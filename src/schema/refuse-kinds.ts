import { typeOf } from '../columns/registry.js';
import {
  type ColumnKind,
  type ColumnSpec,
  DEFAULT_KIND,
  type ReplicatedColumnSpec,
} from '../model/table-spec.js';
import type { Refuse } from './refuse.js';

/** Refuses columns whose declaration does not fit their column type. */
export function refuseKinds(
  columns: readonly ReplicatedColumnSpec[],
  kinds: Readonly<Record<string, ColumnKind>>,
  key: readonly ColumnSpec[],
  all: readonly ColumnSpec[],
  refuse: Refuse,
): void {
  const refuseColumn = (name: string, reason: string) =>
    refuse('CRR_SCHEMA_COLUMN_TYPE', `column "${name}" ${reason}`);
  for (const { name, property } of key) {
    const kind = kinds[property];
    if (kind === undefined || kind.type === DEFAULT_KIND.type) continue;
    refuseColumn(
      name,
      'belongs to the primary key, which does not merge by column: use a plain column there',
    );
  }
  const properties = new Set(all.map(({ property }) => property));
  for (const column of columns) {
    const reason = typeOf(column).refuse(column, { properties });
    if (reason !== undefined) refuseColumn(column.name, reason);
  }
}
