/** Connections that have foreign keys switched off, as several drivers open them: docs/constraints.md says what changes. */
import { asc, sql } from 'drizzle-orm';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { crrTable } from '../../src/index.js';
import { exchange, openSite } from '../support/site.js';

const users = crrTable('users', { id: text('id').primaryKey().notNull(), name: text('name') });
const posts = crrTable('posts', {
  id: text('id').primaryKey().notNull(),
  author: text('author_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' }),
  reviewer: text('reviewer_id').references(() => users.id, { onDelete: 'set null' }),
  number: integer('number').unique('posts_number'),
});
const schema = { users, posts };

async function openOff() {
  const site = await openSite(schema);
  await site.run(sql`PRAGMA foreign_keys = OFF`);
  const [setting] = await site.all<{ foreign_keys: number }>(sql`PRAGMA foreign_keys`);
  expect(setting).toEqual({ foreign_keys: 0 });
  return site;
}

describe('with foreign keys off', () => {
  test('a row without its parent is parked, and shown when the parent arrives', async () => {
    const [a, b] = [await openOff(), await openOff()];
    await a.insert(users).values({ id: 'ann' });
    await a.insert(posts).values({ id: 'p', author: 'ann', number: 1 });
    const { changes } = await a.$crr.changes();
    const parked = await b.$crr.apply(changes.filter(({ table }) => table === 'posts'));
    expect(parked.parked).toHaveLength(1);
    expect(await b.select().from(posts)).toEqual([]);
    const shown = await b.$crr.apply(changes);
    expect(shown.shown).toHaveLength(1);
    expect(await b.select().from(posts)).toMatchObject([{ id: 'p', author: 'ann' }]);
  });

  test('a delete leaves what refers to the row until the next apply, which parks it or shows NULL, as everywhere else', async () => {
    const [a, on] = [await openOff(), await openSite(schema)];
    await a.insert(users).values([{ id: 'ann' }, { id: 'bob' }, { id: 'eve' }]);
    await a.insert(posts).values([
      { id: 'p', author: 'ann', reviewer: null, number: 1 },
      { id: 'q', author: 'eve', reviewer: 'bob', number: 2 },
    ]);
    await exchange(a, on);
    await a.delete(users).where(sql`${users.id} IN ('ann', 'bob')`);
    // SQLite does neither: no cascade, no NULL.
    expect(await a.select().from(posts)).toMatchObject([{ author: 'ann' }, { reviewer: 'bob' }]);
    await exchange(a, on);
    for (const site of [a, on]) {
      expect(await site.select().from(posts)).toEqual([
        { id: 'q', author: 'eve', reviewer: null, number: 2 },
      ]);
      expect(await site.$crr.conflicts(posts)).toMatchObject([
        { reason: 'reference', columns: ['author'], row: { id: 'p', author: 'ann' } },
        { reason: 'reference', columns: ['reviewer'], row: { id: 'q', reviewer: 'bob' } },
      ]);
    }
    await on.insert(users).values([{ id: 'ann' }, { id: 'bob' }]);
    await exchange(on, a);
    for (const site of [a, on]) {
      expect(await site.select().from(posts).orderBy(asc(posts.id))).toMatchObject([
        { id: 'p', author: 'ann', reviewer: null },
        { id: 'q', author: 'eve', reviewer: 'bob' },
      ]);
      expect(await site.$crr.conflicts(posts)).toEqual([]);
    }
  });

  test('a row that is written without its parent is parked by the next apply, as everywhere else', async () => {
    const [a, on] = [await openOff(), await openSite(schema)];
    await a.insert(posts).values({ id: 'p', author: 'nobody', number: 1 });
    expect(await a.select().from(posts)).toMatchObject([{ id: 'p' }]);
    await exchange(a, on);
    for (const site of [a, on]) {
      expect(await site.select().from(posts)).toEqual([]);
      expect(await site.$crr.conflicts(posts)).toMatchObject([
        { reason: 'reference', columns: ['author'], row: { id: 'p', author: 'nobody' } },
      ]);
    }
  });
});
