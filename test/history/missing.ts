import { sql } from 'drizzle-orm';
import { internalsOf } from '../../src/drizzle/internals.js';
import { baselineStatements } from '../../src/tables/log/assumed.js';
import type { openSite } from '../support/site.js';
import type { notes } from './model.js';

/** How many events a baseline would add: cells that the clocks know and the log does not. */
export async function countMissing(
  site: Awaited<ReturnType<typeof openSite<{ notes: typeof notes }>>>,
) {
  const spec = internalsOf(site.$crr).schema.tables.get('notes')!;
  let missing = Number.NaN;
  await site
    .transaction(async (tx) => {
      const count = async () => {
        const [row] = await tx.all<{ n: number }>(sql`SELECT count(*) AS n FROM notes__crr_log`);
        return row!.n;
      };
      const before = await count();
      for (const text of baselineStatements(spec)) await tx.run(sql.raw(text));
      missing = (await count()) - before;
      tx.rollback();
    })
    .catch(() => {});
  return missing;
}
