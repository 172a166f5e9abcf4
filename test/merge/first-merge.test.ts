import { text } from 'drizzle-orm/sqlite-core';
import { expect, test, vi } from 'vitest';
import { crrTable } from '../../src/index.js';
import { openSite } from '../support/site.js';

const notes = crrTable('notes', {
  id: text('id').primaryKey().notNull(),
  title: text('title').notNull(),
});

/** How many statements offer rows to the gate: those of the batch, and those of what waits. */
async function offersOfMerge(site: Awaited<ReturnType<typeof openSite>>, from: typeof site) {
  const batch = vi.spyOn(site.$client, 'batch');
  await site.$crr.apply(await from.$crr.changes());
  const sent = JSON.stringify(batch.mock.calls.map(([statements]) => statements));
  return sent.match(/INSERT INTO [^ ]*notes__crr_merge/g)?.length;
}

test('the first merge of a process tries what waits, and nothing if nothing waits', async () => {
  const [a, b, c] = [
    await openSite({ notes }),
    await openSite({ notes }),
    await openSite({ notes }),
  ];
  await a.insert(notes).values({ id: '1', title: 'x' });
  expect(await offersOfMerge(b, a)).toBe(1);
  await c.$client.execute(
    `INSERT INTO crr_pending (source, table_name, pk, cid, val, col_version, causal_length, site, seq, db_version, size, number, key_1)
     VALUES ('', 'notes', x'01', 'title', 'y', 1, 1, 1, 0, 0, 10, 0, '2')`,
  );
  expect(await offersOfMerge(c, a)).toBeGreaterThan(1);
});
