/** Tables that are no CRRs and refer to one that has constraints. */
import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable } from '../../src/index.js';
import { openSite } from '../support/site.js';

const users = crrTable('users', {
  id: text('id').primaryKey().notNull(),
  handle: text('handle').notNull().unique(),
});

test('a row that is masked, and unmasked, keeps the references to it', async () => {
  const [a, b] = [await openSite({ users }), await openSite({ users })];
  await a.$client.execute(
    'CREATE TABLE drafts (id TEXT PRIMARY KEY, author TEXT REFERENCES users(id) ON DELETE SET NULL)',
  );
  await a.insert(users).values({ id: 'u2', handle: 'ann' });
  await a.$client.execute("INSERT INTO drafts VALUES ('d', 'u2')");
  await b.insert(users).values({ id: 'u1', handle: 'ann' });
  const author = async () => (await a.$client.execute('SELECT author FROM drafts')).rows[0]!.author;

  const { masked } = await a.$crr.apply(await b.$crr.changes());
  expect(masked).toEqual([{ table: 'users', key: { id: 'u2' } }]);
  expect(await author()).toBe('u2');

  await b.delete(users);
  const { unmasked } = await a.$crr.apply(await b.$crr.changes());
  expect(unmasked).toEqual([{ table: 'users', key: { id: 'u2' } }]);
  expect(await author()).toBe('u2');
});
