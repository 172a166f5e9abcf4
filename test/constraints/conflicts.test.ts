import { eq } from 'drizzle-orm';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { crrTable } from '../../src/index.js';
import { exchange, openSite } from '../support/site.js';

const users = crrTable('users', {
  id: text('id').primaryKey().notNull(),
  email: text('e_mail').unique(),
  handle: text('handle').notNull().unique(),
});
const posts = crrTable('posts', {
  id: text('id').primaryKey().notNull(),
  author: text('author_id')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' }),
  reviewer: text('reviewer_id').references(() => users.id, { onDelete: 'set null' }),
  number: integer('number').unique('posts_number'),
});
const schema = { users, posts };

async function twoSites() {
  const [a, b] = [await openSite(schema), await openSite(schema)];
  await a.insert(users).values([
    { id: 'ann', handle: 'ann' },
    { id: 'bob', handle: 'bob' },
  ]);
  await exchange(a, b);
  return [a, b] as const;
}

describe('conflicts() lists', () => {
  test('a unique value that two rows have, with the winner and what is shown', async () => {
    const [a, b] = await twoSites();
    await a.update(users).set({ email: 'x' }).where(eq(users.id, 'bob'));
    await b.update(users).set({ email: 'x' }).where(eq(users.id, 'ann'));
    const result = await a.$crr.apply(await b.$crr.changes());
    expect(result.masked).toEqual([{ table: 'users', key: { id: 'bob' } }]);
    expect(await a.$crr.conflicts(users)).toEqual([
      {
        reason: 'unique',
        table: 'users',
        key: { id: 'bob' },
        index: 'users_e_mail_unique',
        columns: ['email'],
        winner: { table: 'users', key: { id: 'ann' } },
        row: { id: 'bob', email: 'x', handle: 'bob' },
        shows: { email: null },
      },
    ]);
    // An ordinary write settles it, to either row.
    await a.update(users).set({ email: 'y' }).where(eq(users.id, 'bob'));
    expect(await a.$crr.conflicts(users)).toEqual([]);
    await exchange(a, b);
    expect(await b.select().from(users).where(eq(users.id, 'bob'))).toMatchObject([{ email: 'y' }]);
  });

  test('a text that may not be NULL, with a suffix', async () => {
    const [a, b] = await twoSites();
    await a.insert(users).values({ id: 'u1', handle: 'eve' });
    await b.insert(users).values({ id: 'u2', handle: 'eve' });
    await exchange(a, b);
    for (const site of [a, b]) {
      expect(await site.$crr.conflicts(users)).toMatchObject([
        {
          reason: 'unique',
          key: { id: 'u2' },
          winner: { key: { id: 'u1' } },
          shows: { handle: 'eve~u2' },
        },
      ]);
    }
    await b.delete(users).where(eq(users.id, 'u1'));
    await exchange(a, b);
    expect(await a.select().from(users).where(eq(users.handle, 'eve'))).toMatchObject([
      { id: 'u2' },
    ]);
  });

  test('rows whose parent is not there: parked, or with NULL', async () => {
    const [a, b] = await twoSites();
    await a.insert(posts).values({ id: 'p1', author: 'ann', reviewer: 'bob' });
    await a.insert(posts).values({ id: 'p2', author: 'bob', number: 1 });
    await b.delete(users).where(eq(users.id, 'bob'));
    await exchange(a, b);
    const found = [
      {
        reason: 'reference',
        table: 'posts',
        key: { id: 'p1' },
        columns: ['reviewer'],
        parent: { table: 'users', key: { id: 'bob' } },
        row: { id: 'p1', author: 'ann', reviewer: 'bob', number: null },
        shows: { reviewer: null },
      },
      {
        reason: 'reference',
        table: 'posts',
        key: { id: 'p2' },
        columns: ['author'],
        parent: { table: 'users', key: { id: 'bob' } },
        row: { id: 'p2', author: 'bob', reviewer: null, number: 1 },
        shows: undefined,
      },
    ];
    for (const site of [a, b]) {
      expect(await site.$crr.conflicts(posts)).toEqual(found);
      expect(await site.select().from(posts)).toEqual([
        { id: 'p1', author: 'ann', reviewer: null, number: null },
      ]);
    }
    await b.insert(users).values({ id: 'bob', handle: 'bob' });
    const result = await a.$crr.apply(await b.$crr.changes());
    expect(result.shown).toEqual([{ table: 'posts', key: { id: 'p2' } }]);
    expect(result.unmasked).toEqual([{ table: 'posts', key: { id: 'p1' } }]);
    expect(await a.$crr.conflicts(posts)).toEqual([]);
  });

  test('nothing for a table that can have none: an error says so', async () => {
    const tags = crrTable('tags', { id: text('id').primaryKey().notNull() });
    const db = await openSite({ tags });
    await expect(db.$crr.conflicts(tags)).rejects.toMatchObject({ code: 'CRR_USAGE_OPTION' });
  });
});

test('conflicts are narrowed by their reason', async () => {
  const [a] = await twoSites();
  for (const conflict of await a.$crr.conflicts(users)) {
    if (conflict.reason === 'unique') {
      expectTypeOf(conflict.row.email).toEqualTypeOf<string | null | undefined>();
      expectTypeOf(conflict.columns).toEqualTypeOf<readonly ('id' | 'email' | 'handle')[]>();
    }
    // @ts-expect-error a reference has no index
    if (conflict.reason === 'reference') expectTypeOf(conflict.index).toBeString();
  }
});

test('a column that is masked, in a table with no other such column, is told as masked', async () => {
  const tags = crrTable('tags', {
    id: text('id').primaryKey().notNull(),
    name: text('name').notNull().unique(),
  });
  const [a, b] = [await openSite({ tags }), await openSite({ tags })];
  await a.insert(tags).values({ id: 't1', name: 'x' });
  await b.insert(tags).values({ id: 't2', name: 'x' });
  const { masked, unmasked } = await b.$crr.apply(await a.$crr.changes());
  expect({ masked, unmasked }).toEqual({
    masked: [{ table: 'tags', key: { id: 't2' } }],
    unmasked: [],
  });
});

describe('discard()', () => {
  test('deletes a parked row on all sites', async () => {
    const [a, b] = await twoSites();
    await a.insert(posts).values({ id: 'p1', author: 'bob' });
    await b.delete(users).where(eq(users.id, 'bob'));
    await exchange(a, b);
    expect(await a.$crr.discard(posts, { id: 'p1' })).toBe(true);
    expect(await a.$crr.conflicts(posts)).toEqual([]);
    await exchange(a, b);
    await b.insert(users).values({ id: 'bob', handle: 'bob' });
    await exchange(a, b);
    for (const site of [a, b]) {
      expect(await site.select().from(posts)).toEqual([]);
      expect(await site.$crr.conflicts(posts)).toEqual([]);
    }
  });

  test('leaves a row that is shown alone', async () => {
    const [a] = await twoSites();
    expect(await a.$crr.discard(users, { id: 'ann' })).toBe(false);
    expect(await a.select().from(users)).toHaveLength(2);
  });
});

test('a table with one column that can be masked reports when it is, and when it is no more', async () => {
  const names = crrTable('names', {
    id: text('id').primaryKey().notNull(),
    name: text('name').notNull().unique(),
  });
  const [a, b, c] = [
    await openSite({ names }),
    await openSite({ names }),
    await openSite({ names }),
  ];
  await a.insert(names).values({ id: '2', name: 'ann' });
  await b.insert(names).values({ id: '1', name: 'ann' });
  const masked = await a.$crr.apply(await b.$crr.changes());
  expect(masked).toMatchObject({ masked: [{ key: { id: '2' } }], unmasked: [] });
  await c.insert(names).values({ id: '3', name: 'ann' });
  const third = await a.$crr.apply(await c.$crr.changes());
  expect(third).toMatchObject({ masked: [{ key: { id: '3' } }], unmasked: [] });
  await b.delete(names).where(eq(names.id, '1'));
  const unmasked = await a.$crr.apply(await b.$crr.changes());
  expect(unmasked).toMatchObject({ masked: [], unmasked: [{ key: { id: '2' } }] });
});
