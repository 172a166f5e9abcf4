import { text } from 'drizzle-orm/sqlite-core';
import { expect, test, vi } from 'vitest';
import { crrTable } from '../../src/index.js';
import { openSite } from '../support/site.js';

const users = crrTable('users', {
  id: text('id').primaryKey().notNull(),
  name: text('name').unique(),
});

const posts = crrTable('posts', {
  id: text('id').primaryKey().notNull(),
  author: text('author')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' }),
});

test('a merge leaves rows alone that go on lacking their parent, and shows them when it comes', async () => {
  const [a, b] = [await openSite({ users, posts }), await openSite({ users, posts })];
  const take = async () => b.$crr.apply(await a.$crr.changes({ tables: ['posts'] }));
  await a.insert(users).values([{ id: 'ann' }, { id: 'bob' }, { id: 'eve' }]);
  await a.insert(posts).values([
    { id: '1', author: 'ann' },
    { id: '2', author: 'bob' },
  ]);
  expect((await take()).parked.map(({ key }) => key.id)).toEqual(['1', '2']);

  await b.$client.executeMultiple(`
    CREATE TABLE touched (id);
    CREATE TRIGGER note AFTER UPDATE ON posts__crr_aside BEGIN INSERT INTO touched VALUES (new.key_id); END;
  `);
  await a.insert(posts).values({ id: '3', author: 'eve' });
  const later = await take();
  expect(later.parked.map(({ key }) => key.id)).toEqual(['3']);
  const { rows } = await b.$client.execute('SELECT DISTINCT id FROM touched');
  expect(rows.map(({ id }) => id)).toEqual(['3']);
  expect(await b.$crr.conflicts(posts)).toHaveLength(3);

  const { shown } = await b.$crr.apply(await a.$crr.changes());
  expect(shown.map(({ key }) => key.id)).toEqual(['1', '2', '3']);
  expect(await b.select().from(posts)).toHaveLength(3);
});

test('a merge without changes, which evicts nothing, writes nothing', async () => {
  const site = await openSite({ users });
  await site.insert(users).values({ id: 'a', name: 'x' });
  await site.$crr.apply([]);
  const batch = vi.spyOn(site.$client, 'batch');
  await site.$crr.transport.merge([], { evict: { rows: [], sent: { cursor: 0, skip: [] } } });
  expect(batch.mock.calls.filter(([, mode]) => mode === 'write')).toEqual([]);
});

test('a batch that nothing has to be settled for is sent without what settles', async () => {
  const [a, b] = [await openSite({ users }), await openSite({ users })];
  await a.insert(users).values({ id: 'a', name: 'x' });
  const { changes } = await a.$crr.changes();
  const batch = vi.spyOn(b.$client, 'batch');
  await b.$crr.transport.merge(changes, { evict: { rows: [], sent: { cursor: 0, skip: [] } } });
  const sent = batch.mock.calls.flatMap(([statements]) => JSON.stringify(statements)).join('\n');
  expect(sent).not.toContain('crr_pass');
});
