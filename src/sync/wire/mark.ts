import { cellTypeOf } from '../../columns/registry.js';
import { isFormerVersion, versionFromWire } from '../../columns/versions.js';
import { type Change, SENTINEL } from '../../model/change.js';
import type { CrrSchema } from '../../model/schema.js';
import { bytesToHex } from '../../model/value.js';

/*
 * A mark says that a value of a multi-value register was overwritten. It is a change of the cell of
 * whoever wrote the value, made by another who overwrote it: so it carries a site id that is not its
 * sender's, and is the one change that may.
 */

/** Whether a change only says that a value of a multi-value register was overwritten. */
export function isMark({ table, cid, col_version }: Change, schema: CrrSchema): boolean {
  const column = schema.tables.get(table)?.cellColumns.find(({ name }) => name === cid);
  if (column === undefined || isFormerVersion(column, col_version)) return false;
  return cellTypeOf(column).isMark(versionFromWire(column, col_version));
}

/**
 * Lets the sender of marks answer for what else they say. A cell of a row's later life proves that
 * life, and stands for its sentinel: without one, the row's new life would be the work of the marked
 * value's writer, who would refuse it as a forgery. So the sender says it itself; where the row lives
 * that life already, that says nothing new.
 */
export function witnessMarks(
  changes: readonly Change[],
  sender: Uint8Array,
  schema: CrrSchema,
): readonly Change[] {
  const lives = new Map<string, Change>();
  for (const change of changes) {
    const { table, pk, cl, db_version } = change;
    if (cl === 1 || !isMark(change, schema)) continue;
    const sentinel = { cid: SENTINEL, val: null, col_version: cl, site_id: sender, seq: 0 };
    lives.set(`${cl} ${bytesToHex(pk)} ${table}`, { table, pk, cl, db_version, ...sentinel });
  }
  return lives.size === 0 ? changes : [...changes, ...lives.values()];
}
