import type { Change } from '../changes/change.js';
import type { CrrSchema } from '../schema/read-schema.js';

/** Whether a change only says that a value of a multi-value register was overwritten. */
export function isMark({ table, cid, col_version }: Change, schema: CrrSchema): boolean {
  if (col_version % 2 === 0) return false;
  const column = schema.tables.get(table)?.spec.siteColumns.find(({ name }) => name === cid);
  return column?.kind.type === 'mvr';
}
