/** What a row shows is not pruned, whatever an event claims to have replaced. */
import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable } from '../../src/index.js';
import { EVENT } from '../../src/model/change.js';
import { exchange, openSite } from '../support/site.js';

const notes = crrTable(
  'notes',
  { id: text('id').primaryKey().notNull(), title: text('title') },
  { history: true },
);

test('a value stays that an event with a lesser version claims to have replaced', async () => {
  const [a, b] = [await openSite({ notes }), await openSite({ notes })];
  await a.insert(notes).values({ id: 'x', title: 'one' });
  for (const title of ['two', 'three']) await a.update(notes).set({ title });
  await exchange(a, b);
  await b.update(notes).set({ title: 'late' });
  const own = (await b.$crr.siteId()).join();
  const { changes } = await b.$crr.changes();
  const late = changes.flatMap((change) => {
    if (change.site_id.join() !== own) return [];
    if (change.cid === 'title') return [{ ...change, col_version: 1 }];
    if (change.cid !== EVENT) return [change];
    const event = JSON.parse(String(change.val));
    return [{ ...change, val: JSON.stringify({ ...event, c: { title: [1, 'slate'] } }) }];
  });
  expect(late.map(({ cid }) => cid).sort()).toEqual([EVENT, 'title']);
  await a.$crr.apply(late);
  await a.$crr.prune({ keep: 0, force: true });
  const now = a.$crr.asOf(notes, { version: await a.$crr.version() });
  expect(await a.select().from(notes)).toMatchObject([{ title: 'three' }]);
  expect(await a.select().from(now)).toMatchObject([{ title: 'three' }]);
  // Only 'two' is gone: neither the row's birth, nor shown, nor a head.
  expect(await a.$crr.history(notes)).toHaveLength(3);
});
