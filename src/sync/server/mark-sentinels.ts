import { type Change, SENTINEL } from '../../model/change.js';
import type { CrrSchema } from '../../model/schema.js';
import { bytesToHex } from '../../model/value.js';
import { isMark } from '../column-types.js';

/**
 * Adds to pushed marks a sentinel of their row in the sender's name. A cell of a row that was
 * deleted and created again proves the row's new life. Without a sentinel that life would count as
 * made by the site whose value is marked, and that site would refuse it as a forgery. If the row
 * has that life already, the sentinel changes nothing.
 *
 * @param sender site id of the client that pushes the changes.
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
    sentinels.set(`${cl} ${bytesToHex(pk)} ${table}`, {
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
