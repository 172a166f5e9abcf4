import { text } from 'drizzle-orm/sqlite-core';
import { expect, test, vi } from 'vitest';
import { crrTable } from '../../src/index.js';
import { openSite } from '../support/site.js';

const users = crrTable('users', {
  id: text('id').primaryKey().notNull(),
  name: text('name').unique(),
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
