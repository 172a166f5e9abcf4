/** Tombstones are forgotten after what they mean for other rows is decided. */
import { eq } from 'drizzle-orm';
import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable } from '../../src/index.js';
import { exchange, openSite } from '../support/site.js';
import { expectSound } from '../support/sound.js';

const users = crrTable('users', {
  id: text('id').primaryKey().notNull(),
  handle: text('handle').notNull().unique(),
});
const posts = crrTable('posts', {
  id: text('id').primaryKey().notNull(),
  author: text('author')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' }),
});
const open = () => openSite({ users, posts });

test('a row shows the value of one that was deleted and forgotten before the next merge', async () => {
  const [a, b] = [await open(), await open()];
  await a.insert(users).values({ id: 'u1', handle: 'ann' });
  await b.insert(users).values({ id: 'u2', handle: 'ann' });
  await exchange(a, b);
  await b.delete(users).where(eq(users.id, 'u1'));
  expect(await b.$crr.compact({ upTo: await b.$crr.version() })).toMatchObject({ tombstones: 1 });
  await b.$crr.apply([]);
  expect(await b.select().from(users)).toEqual([{ id: 'u2', handle: 'ann' }]);
  await expectSound(b);
});

test('a child is parked whose parent was deleted without foreign keys, and forgotten', async () => {
  const site = await open();
  await site.insert(users).values({ id: 'u1', handle: 'ann' });
  await site.insert(posts).values({ id: 'p1', author: 'u1' });
  await site.$crr.apply([]);
  await site.$client.execute('PRAGMA foreign_keys = OFF');
  await site.delete(users).where(eq(users.id, 'u1'));
  await site.$crr.compact({ upTo: await site.$crr.version() });
  await site.$client.execute('PRAGMA foreign_keys = ON');
  await site.$crr.apply([]);
  expect(await site.select().from(posts)).toEqual([]);
  await expectSound(site);
});
