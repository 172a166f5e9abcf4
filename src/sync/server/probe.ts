import { unpackKey } from '../../model/packed-key.js';
import { keysByTable } from '../../model/row-id.js';
import { type HiddenRow, readGone, type Site } from '../site.js';
import { malformed } from '../wire/message-errors.js';
import type { Access } from './access.js';

/**
 * Checks the keys of a probe, before anything is merged.
 *
 * @throws {CrrError} if one is not a key, or not one of its table.
 */
export async function requireProbe(probe: readonly HiddenRow[], site: Site): Promise<void> {
  const { tables } = await site.presentSchema();
  for (const { table, pk } of probe) {
    const columns = unpackKey(pk).length;
    const expected = tables.get(table)?.key.length ?? columns;
    if (columns === expected) continue;
    throw malformed(`it asks for a row by ${columns} columns of a key that has ${expected}`);
  }
}

/**
 * The rows of a probe that are not here, or that the client may not see: it gets the same answer for both. Tables that the
 * client only writes are left out, since what is in them is not its business.
 */
export async function findGone(
  probe: readonly HiddenRow[],
  access: Access,
  source: string,
  site: Site,
): Promise<readonly HiddenRow[]> {
  const gone: HiddenRow[] = [];
  const { tables } = await site.presentSchema();
  const queries = [...keysByTable(probe)].flatMap(([table, pks]) => {
    const spec = tables.get(table);
    if (spec === undefined || !access.readable.includes(table)) return [];
    return readGone(spec, pks, {
      limits: site.limits,
      source,
      visible: access.dropsLeaving(table) ? access.where[table] : undefined,
      found: (index) => gone.push({ table, pk: pks[index]! }),
    });
  });
  if (queries.length > 0) await site.query(queries);
  return gone;
}
