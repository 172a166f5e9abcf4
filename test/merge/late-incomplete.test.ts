import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable } from '../../src/index.js';
import { openSite } from '../support/site.js';

const notes = crrTable('notes', {
  id: text('id').primaryKey().notNull(),
  title: text('title').notNull(),
  body: text('body'),
});

test('an incomplete row of a former life is no news', async () => {
  const [a, b] = [await openSite({ notes }), await openSite({ notes })];
  await a.insert(notes).values({ id: 'a', title: 'first', body: 'x' });
  const former = (await a.$crr.changes()).changes.filter(({ cid }) => cid === 'body');
  await a.delete(notes);
  await b.$crr.apply(await a.$crr.changes());
  const version = await b.$crr.version();
  expect(await b.$crr.apply(former)).toMatchObject({ pending: 0, cellsIgnored: 1 });
  expect(await b.$crr.pendingCount()).toBe(0);
  expect(await b.$crr.version()).toBe(version);
});
