import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { wireOffset } from '../../src/columns/versions.js';
import { counter, crrTable, explainError, increment, packKey, withCrr } from '../../src/index.js';
import { dump } from '../support/dump.js';
import { describeEachEngine } from '../support/engines.js';
import { exchange, openSite } from '../support/site.js';

const posts = crrTable('posts', {
  id: text('id').primaryKey().notNull(),
  title: text('title'),
  views: counter('views'),
});
const schema = { posts };
/** What a counter shows at most. */
const MAX = 2n ** 53n - 1n;

describeEachEngine('a counter', (engine) => {
  test('counts every way of writing as a difference', async () => {
    const db = await openSite(schema, await engine.open());
    const peer = await openSite(schema);
    const views = async () => (await db.select().from(posts).where(eq(posts.id, 'a')))[0]!.views;
    await db.insert(posts).values({ id: 'a', views: 5 });
    await exchange(db, peer);
    await peer.update(posts).set({ views: increment(posts.views, 100) });
    await db.update(posts).set({ views: sql`${posts.views} + 1` });
    await db.update(posts).set({ views: increment(posts.views) });
    await db.update(posts).set({ views: 20 });
    await db
      .insert(posts)
      .values({ id: 'a', views: 1 })
      .onConflictDoUpdate({ target: posts.id, set: { views: increment(posts.views, -3n) } });
    await db.$client.execute("UPDATE posts SET views = views * 2 WHERE id = 'a'");
    expect(await views()).toBe(34);
    await exchange(db, peer);
    expect(await views()).toBe(134);
    expect(await peer.select().from(posts)).toEqual(await db.select().from(posts));
    expect(await db.$crr.contributions(posts, { id: 'a' }, 'views')).toEqual(
      expect.arrayContaining([
        { siteId: await db.$crr.siteId(), value: 34n },
        { siteId: await peer.$crr.siteId(), value: 100n },
      ]),
    );
    // What is replaced here was seen as a whole.
    await db.run(sql`INSERT OR REPLACE INTO posts (id, title, views) VALUES ('a', 'new', 7)`);
    await exchange(db, peer);
    expect(await peer.select().from(posts)).toEqual([{ id: 'a', title: 'new', views: 7 }]);
  });

  test('refuses what is no integer, and what leaves the range, at the writer', async () => {
    const client = await engine.open();
    const db = await openSite(schema, client);
    await db.insert(posts).values({ id: 'a', views: 1 });
    await client.execute(`INSERT INTO posts (id, views) VALUES ('big', ${MAX})`);
    const before = await dump(client);
    const code = async (statement: string) => {
      const error = await client.execute(statement).then(
        () => undefined,
        (error) => explainError(error),
      );
      return (error as { code?: string } | undefined)?.code;
    };
    expect(await code("UPDATE posts SET views = 'many'")).toBe('CRR_DATABASE_COUNTER_TYPE');
    expect(await code('UPDATE posts SET views = 1.5')).toBe('CRR_DATABASE_COUNTER_TYPE');
    expect(await code("INSERT INTO posts (id, views) VALUES ('x', x'00')")).toBe(
      'CRR_DATABASE_COUNTER_TYPE',
    );
    expect(await code("UPDATE posts SET views = NULL WHERE id = 'a'")).toMatch(/CONSTRAINT/);
    expect(await code("UPDATE posts SET views = views + 1 WHERE id = 'big'")).toBe(
      'CRR_DATABASE_COUNTER_OVERFLOW',
    );
    await expect(
      db.transaction(async (tx) => {
        await tx.update(posts).set({ views: increment(posts.views, 5) });
      }),
    ).rejects.toMatchObject({ code: 'CRR_DATABASE_COUNTER_OVERFLOW' });
    expect(await dump(client)).toBe(before);
  });

  test('is exact to the last of 53 bits, and saturates where a merged sum leaves them', async () => {
    const client = await engine.open({ intMode: 'bigint' });
    const db = await openSite(schema, client);
    const peer = await openSite(schema);
    const views = async () => (await client.execute('SELECT views FROM posts')).rows[0]!.views;
    await client.execute("INSERT INTO posts (id, views) VALUES ('a', 4503599627370497)");
    await exchange(db, peer);
    await peer.update(posts).set({ views: increment(posts.views, MAX - 4503599627370497n) });
    expect((await db.$crr.apply(await peer.$crr.changes())).saturated).toEqual([]);
    expect(await views()).toBe(MAX);
    await client.execute("UPDATE posts SET views = views - 3 WHERE id = 'a'");
    await peer.update(posts).set({ views: increment(posts.views, -MAX) });
    await peer.update(posts).set({ views: increment(posts.views, MAX) });
    await client.execute("UPDATE posts SET views = views + 2 WHERE id = 'a'");
    await exchange(db, peer);
    expect(await views()).toBe(MAX - 1n);
    await client.execute("UPDATE posts SET views = views + 1 WHERE id = 'a'");
    await peer.update(posts).set({ views: increment(posts.views, 1) });
    const { saturated } = await db.$crr.apply(await peer.$crr.changes());
    expect(saturated).toEqual([{ table: 'posts', key: { id: 'a' }, column: 'views' }]);
    expect(await views()).toBe(MAX);
    // A write settles it: it says what the sum is to be.
    await client.execute("UPDATE posts SET views = 10 WHERE id = 'a'");
    await exchange(db, peer);
    expect(await views()).toBe(10n);
    expect(await peer.select().from(posts)).toEqual([{ id: 'a', title: null, views: 10 }]);
  });
});

describe('a counter merges', () => {
  test('no late increments of a former life', async () => {
    const a = await openSite(schema);
    const b = await openSite(schema);
    await a.insert(posts).values({ id: 'a', views: 5 });
    await exchange(a, b);
    await b.update(posts).set({ views: increment(posts.views, 50) });
    const { changes: late } = await b.$crr.changes();
    await a.delete(posts);
    await a.insert(posts).values({ id: 'a', views: 2 });
    await a.$crr.apply(late);
    expect((await a.select().from(posts))[0]!.views).toBe(2);
    await exchange(a, b);
    expect((await b.select().from(posts))[0]!.views).toBe(2);
    expect(await b.$crr.contributions(posts, { id: 'a' }, 'views')).toHaveLength(1);
  });

  test('a row that its counter announces before any other cell', async () => {
    const a = await openSite(schema);
    const b = await openSite(schema);
    await a.insert(posts).values({ id: 'a', title: 'first', views: 5 });
    const { changes } = await a.$crr.changes();
    const [views] = changes.filter(({ cid }) => cid === 'views');
    const result = await b.$crr.apply([views!]);
    expect(result).toMatchObject({ inserted: [{ key: { id: 'a' } }], cellsWon: 1 });
    expect(await b.select().from(posts)).toEqual([{ id: 'a', title: null, views: 5 }]);
    await b.$crr.apply(changes);
    expect(await b.select().from(posts)).toEqual(await a.select().from(posts));
  });

  test('what waited for its row, or for its column, from every site', async () => {
    const strict = crrTable('posts', {
      id: text('id').primaryKey().notNull(),
      title: text('title').notNull(),
      views: counter('views'),
    });
    const [a, b] = [await openSite(schema), await openSite(schema)];
    await a.insert(posts).values({ id: 'a', title: 'first', views: 5 });
    await exchange(a, b);
    await b.update(posts).set({ views: increment(posts.views, 50) });
    const { changes } = await b.$crr.changes();
    const cells = changes.filter(({ cid }) => cid === 'views');
    expect(cells).toHaveLength(2);

    const waiting = await openSite({ strict });
    expect(await waiting.$crr.apply(cells)).toMatchObject({ pending: 2, inserted: [] });
    await waiting.$crr.apply(changes.filter(({ cid }) => cid === 'title'));
    expect(await waiting.select().from(strict)).toEqual([{ id: 'a', title: 'first', views: 55 }]);
    expect(await waiting.$crr.pendingCount()).toBe(0);

    const old = crrTable('posts', { id: text('id').primaryKey().notNull(), title: text('title') });
    const behind = await openSite({ old });
    expect(await behind.$crr.apply(changes)).toMatchObject({ pending: 2 });
    await behind.run(sql`ALTER TABLE posts ADD COLUMN views integer NOT NULL DEFAULT 0`);
    const migrated = withCrr(drizzle({ client: behind.$client }), { schema });
    await migrated.$crr.install();
    expect(await migrated.select().from(posts)).toEqual([{ id: 'a', title: 'first', views: 55 }]);
    expect(await migrated.$crr.pendingCount()).toBe(0);
  });

  test('integers only', async () => {
    const db = await openSite(schema);
    const change = {
      table: 'posts',
      pk: packKey(['a']),
      cid: 'views',
      col_version: wireOffset({ kind: { type: 'counter' } }) + 1,
      db_version: 1,
      site_id: new Uint8Array(16).fill(7),
      cl: 1,
      seq: 0,
    };
    for (const val of [1.5, 'x', null, new Uint8Array(1)]) {
      await expect(db.$crr.apply([{ ...change, val }])).rejects.toMatchObject({
        code: 'CRR_CHANGE_VALUE',
      });
    }
    expect(await db.select().from(posts)).toEqual([]);
  });

  test('no cell of this site that it never wrote', async () => {
    const db = await openSite(schema);
    await db.insert(posts).values({ id: 'a', views: 1 });
    const [cell] = (await db.$crr.changes()).changes.filter(({ cid }) => cid === 'views');
    const forged = { ...cell!, col_version: cell!.col_version + 1, val: 1000n };
    await expect(db.$crr.apply([forged])).rejects.toMatchObject({ code: 'CRR_CHANGE_FORGED' });
    expect(await db.select().from(posts)).toMatchObject([{ views: 1 }]);
  });
});

test('a counter moves with its row to another key', async () => {
  const [a, b] = [await openSite(schema), await openSite(schema)];
  await a.insert(posts).values({ id: 'a', views: 5 });
  await exchange(a, b);
  await b.update(posts).set({ views: increment(posts.views) });
  await exchange(a, b);
  await a.update(posts).set({ id: 'b', views: 8 });
  await exchange(a, b);
  expect(await b.select().from(posts)).toEqual([{ id: 'b', title: null, views: 8 }]);
  expect(await a.select().from(posts)).toEqual([{ id: 'b', title: null, views: 8 }]);
});

test('declarations that cannot be a counter are refused', () => {
  const key = { id: text('id').primaryKey().notNull() };
  expect(() => crrTable('t', { ...key, n: counter('n').default(5) })).toThrow(/default 0/);
  expect(() => crrTable('t', { id: counter('id').primaryKey() })).toThrow(/primary key/);
  expect(() => increment(posts.views, 1.5)).toThrow(/safe integer/);
  expect(() => increment(posts.views, 2n ** 63n)).toThrow(/64 bits/);
});
