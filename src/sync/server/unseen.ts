import type { Change } from '../../model/change.js';
import { keysByTable, RowSet } from '../../model/row-id.js';
import { type HiddenRow, readRowsOutside, type Site } from '../site.js';
import type { Access } from './access.js';
import type { PushResult } from './push.js';

/**
 * Reads which of the pushed rows the client may write but not see. A write that has won is news, and the pull lists
 * its row; one that has lost to what was there is not, and the client would keep its own row for good.
 */
export async function readUnseen(
  changes: readonly Change[],
  { pushed }: PushResult,
  access: Access,
  site: Site,
): Promise<HiddenRow[]> {
  if (pushed === undefined || pushed.cellsIgnored === 0) return [];
  const unseen: HiddenRow[] = [];
  const queries = [...keysByTable(new RowSet(changes).values())].flatMap(([table, pks]) => {
    const where = access.where[table];
    const spec = site.schema.tables.get(table);
    if (where === undefined || spec === undefined) return [];
    if (!access.writesUnseen(table) || !access.dropsLeaving(table)) return [];
    return readRowsOutside(spec, pks, where, {
      limits: site.limits,
      found: (index) => unseen.push({ table, pk: pks[index]! }),
    });
  });
  if (queries.length > 0) await site.query(queries);
  return unseen;
}
