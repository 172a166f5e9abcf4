import { type Change, SENTINEL } from '../../model/change.js';
import { textOfRow } from '../../model/row-id.js';
import type { CrrSchema } from '../../model/schema.js';
import { isMark } from '../column-types.js';

/**
 * Adds a sentinel for each row that has a mark, made by the sender. A cell with a causal length
 * proves that the row has been created that often. Without a sentinel, this life of the row would be
 * attributed to the site whose value is marked, and that site would refuse it as a forgery. If the
 * row already has that causal length, the sentinel changes nothing.
 *
 * @param sender the site id of the client that pushes the changes.
 */
export function addSentinels(
  changes: readonly Change[],
  sender: Uint8Array,
  schema: CrrSchema,
): readonly Change[] {
  const sentinels = new Map<string, Change>();
  for (const change of changes) {
    const { table, pk, cl, db_version } = change;
    if (cl === 1 || !isMark(change, schema)) continue;
    sentinels.set(`${cl} ${textOfRow(change)}`, {
      table,
      pk,
      cid: SENTINEL,
      val: null,
      col_version: cl,
      db_version,
      site_id: sender,
      cl,
      seq: 0,
    });
  }
  return sentinels.size === 0 ? changes : [...changes, ...sentinels.values()];
}
