import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { counter, crrTable, greatest, increment, least, lww, mvr } from '../../src/index.js';
import { memoryClient } from '../support/client.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import {
  exchange,
  type MigratingSite,
  migrate,
  openSite,
  registerConflicts,
} from '../support/site.js';

const key = () => ({ id: text('id').primaryKey().notNull(), title: text('title') });
const views = () => integer('views').notNull().default(0);
const plain = crrTable('posts', { ...key(), views: views() });
const counted = crrTable('posts', { ...key(), views: counter('views') });
const register = crrTable('posts', { ...key(), views: mvr(views()) });
const timed = crrTable('posts', { ...key(), views: lww(views(), { by: 'time' }) });
const highest = crrTable('posts', { ...key(), views: greatest(views()) });
const lowest = crrTable('posts', { ...key(), views: least(views()) });

const rows = async ({ $client }: MigratingSite) =>
  (await $client.execute('SELECT id, views FROM posts ORDER BY id')).rows.map((row) => [
    row.id,
    row.views,
  ]);
const pair = async () => [await openSite({ plain }), await openSite({ plain })] as const;

describe('an integer becomes a counter on one site first', () => {
  test('whose counts wait at the other, which goes on writing until it migrates', async () => {
    const [a, b] = await pair();
    await a.insert(plain).values({ id: 'a', views: 10 });
    await exchange(a, b);
    const a2 = await migrate(a, counted);
    await a2.update(counted).set({ views: increment(counted.views, 5) });
    await a2.update(counted).set({ views: increment(counted.views) });
    await exchange(a2, b);
    expect(await rows(a2)).toEqual([['a', 16]]);
    expect(await rows(b)).toEqual([['a', 10]]);
    expect(await b.$crr.pendingCount()).toBeGreaterThan(0);
    await b.update(plain).set({ views: 12 });
    await b.insert(plain).values({ id: 'b', views: 7 });
    await exchange(a2, b);
    expect(await rows(a2)).toEqual([
      ['a', 18],
      ['b', 7],
    ]);
    await a2.update(counted).set({ views: increment(counted.views) });
    const b2 = await migrate(b, counted);
    expect(await b2.$crr.pendingCount()).toBe(0);
    await b2.update(counted).set({ views: increment(counted.views, 100) });
    await exchange(a2, b2);
    const fresh = await openSite({ counted });
    await fresh.$crr.apply(await b2.$crr.changes());
    for (const site of [a2, b2, fresh]) {
      expect(await rows(site)).toEqual([
        ['a', 119],
        ['b', 108],
      ]);
      expect(await site.$crr.pendingCount()).toBe(0);
    }
  });

  test('and rows are deleted and created again meanwhile', async () => {
    const [a, b] = await pair();
    await a.insert(plain).values([
      { id: 'a', views: 10 },
      { id: 'b', views: 20 },
    ]);
    await exchange(a, b);
    const a2 = await migrate(a, counted);
    await a2.update(counted).set({ views: increment(counted.views) });
    await exchange(a2, b);
    await b.delete(plain);
    await b.insert(plain).values({ id: 'a', views: 3 });
    await exchange(a2, b);
    expect(await rows(a2)).toEqual([['a', 3]]);
    await a2.update(counted).set({ views: increment(counted.views) });
    const b2 = await migrate(b, counted);
    await exchange(a2, b2);
    for (const site of [a2, b2]) {
      expect(await rows(site)).toEqual([['a', 4]]);
      expect(await site.$crr.pendingCount()).toBe(0);
    }
  });

  test('and what no counter can hold counts as nothing', async () => {
    const words = crrTable('posts', { ...key(), views: text('views').notNull().default('0') });
    const sites = [await openSite({ words }), await openSite({ words })] as const;
    const [a, b] = sites;
    await a.insert(words).values([
      { id: 'a', views: '12' },
      { id: 'b', views: 'many' },
      { id: 'c', views: '1.5' },
    ]);
    await exchange(a, b);
    // Drizzle-kit would rebuild the table; what its values become is the same.
    const rebuild = async ({ $client }: MigratingSite) => {
      for (const { name } of (
        await $client.execute(
          "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'posts%'",
        )
      ).rows) {
        await $client.execute(`DROP TRIGGER "${name}"`);
      }
      await $client.execute('ALTER TABLE posts RENAME TO old');
      await $client.execute(
        'CREATE TABLE posts (id text PRIMARY KEY NOT NULL, title text, views integer NOT NULL DEFAULT 0)',
      );
      await $client.execute('INSERT INTO posts SELECT * FROM old');
      await $client.execute('DROP TABLE old');
    };
    await rebuild(a);
    const a2 = await migrate(a, counted);
    expect(await rows(a2)).toEqual([
      ['a', 12],
      ['b', 0],
      ['c', 0],
    ]);
    await b.insert(words).values({ id: 'd', views: '4' });
    await b.update(words).set({ views: 'none' });
    await exchange(a2, b);
    await rebuild(b);
    const b2 = await migrate(b, counted);
    await b2.update(counted).set({ views: increment(counted.views, 2) });
    await exchange(a2, b2);
    for (const site of [a2, b2]) {
      expect(await rows(site)).toEqual([
        ['a', 2],
        ['b', 2],
        ['c', 2],
        ['d', 2],
      ]);
    }
  });
});

test('a register takes the late writes of those who have not heard of it for concurrent ones', async () => {
  const [a, b] = await pair();
  await a.insert(plain).values({ id: 'a', views: 1 });
  await exchange(a, b);
  const a2 = await migrate(a, register);
  await a2.update(register).set({ views: 2 });
  await exchange(a2, b);
  expect(await rows(b)).toEqual([['a', 1]]);
  await b.update(plain).set({ views: 3 });
  await exchange(a2, b);
  const values = async (site: typeof a2) =>
    (await registerConflicts(site, register)).map((conflict) =>
      conflict.values.map(({ value }) => value),
    );
  expect(await values(a2)).toEqual([[3, 2]]);
  const b2 = await migrate(b, register);
  await exchange(a2, b2);
  expect(await values(b2)).toEqual([[3, 2]]);
  await b2.update(register).set({ views: 4 });
  await exchange(a2, b2);
  for (const site of [a2, b2]) {
    expect(await values(site)).toEqual([]);
    expect(await rows(site)).toEqual([['a', 4]]);
  }
});

test('a counter becomes an integer on one site first, and late counts are no values of it', async () => {
  const [a, b] = [await openSite({ counted }), await openSite({ counted })];
  await a.insert(counted).values({ id: 'a', views: 10 });
  await exchange(a, b);
  await b.update(counted).set({ views: increment(counted.views, 5) });
  await exchange(a, b);
  const a2 = await migrate(a, plain);
  await a2.update(plain).set({ views: 30 });
  await exchange(a2, b);
  expect(await rows(a2)).toEqual([['a', 30]]);
  expect(await rows(b)).toEqual([['a', 15]]);
  await b.insert(counted).values({ id: 'b', views: 1 });
  await exchange(a2, b);
  const b2 = await migrate(b, plain);
  await exchange(a2, b2);
  for (const site of [a2, b2]) {
    expect(await rows(site)).toEqual([
      ['a', 30],
      ['b', 1],
    ]);
    expect(await site.$crr.pendingCount()).toBe(0);
  }
  // And back again: what was a counter once is one anew.
  const [a3, b3] = [await migrate(a2, counted), await migrate(b2, counted)];
  await a3.update(counted).set({ views: increment(counted.views) });
  await b3.update(counted).set({ views: increment(counted.views) });
  await exchange(a3, b3);
  for (const site of [a3, b3]) {
    expect(await rows(site)).toEqual([
      ['a', 32],
      ['b', 3],
    ]);
  }
});

/*
 * Every kind to every other on random meshes, by cursors, so that nothing is sent twice to mend what
 * was lost. Written before the first site migrates, and after the last.
 */
const KINDS = { plain, counted, register, timed, highest, lowest };
type Kind = keyof typeof KINDS;
const HISTORIES = Math.ceil(numberFromEnv('CRR_HISTORIES', 40) / 20);

describe.each(Object.keys(KINDS) as Kind[])('from %s', (from) => {
  test.each((Object.keys(KINDS) as Kind[]).filter((to) => to !== from))('to %s', async (to) => {
    const seed = seedFromEnv();
    for (let history = 0; history < HISTORIES; history++) {
      await runHistory(
        new Random(hash('kinds', from, to, seed, history)),
        KINDS[from],
        KINDS[to],
        `CRR_SEED=${seed}, history ${history}`,
      );
    }
  });
});

async function runHistory(random: Random, before: SQLiteTable, after: SQLiteTable, label: string) {
  const sites = await Promise.all(
    [0, 1, 2].map(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      const client = memoryClient();
      const db = await openSite({ t: before }, client);
      return { db, client, migrated: false, cursors: new Map() };
    }),
  );
  type One = (typeof sites)[number];
  const pull = async (from: One, to: One) => {
    const page = await from.db.$crr.changes({
      since: to.cursors.get(from) ?? 0,
      excludeSite: await to.db.$crr.siteId(),
    });
    to.cursors.set(from, page.cursor);
    await to.db.$crr.apply(page);
  };
  const write = async ({ client }: One) => {
    const id = `k${random.int(3)}`;
    const statements = [
      `INSERT INTO posts (id, views) VALUES ('${id}', ${random.int(9)}) ON CONFLICT DO NOTHING`,
      `UPDATE posts SET views = views + ${random.int(9)} WHERE id = '${id}'`,
      `UPDATE posts SET views = ${random.int(9)} WHERE id = '${id}'`,
      `UPDATE posts SET title = 't${random.int(9)}' WHERE id = '${id}'`,
      `DELETE FROM posts WHERE id = '${id}'`,
    ];
    await client.execute(random.pick(statements));
  };
  for (let step = 0; step < 50; step++) {
    const site = random.pick(sites);
    const dice = random.int(20);
    if (dice < 10) await write(site);
    else if (dice < 19) await pull(random.pick(sites.filter((other) => other !== site)), site);
    else if (!site.migrated) {
      site.db = (await migrate(site.db, after)) as never;
      site.migrated = true;
    }
  }
  for (const site of random.shuffle(sites)) {
    if (!site.migrated) site.db = (await migrate(site.db, after)) as never;
    site.migrated = true;
  }
  const settle = async () => {
    for (let round = 0; round < 3; round++) {
      for (const to of sites) for (const from of sites) if (from !== to) await pull(from, to);
    }
    const [first, ...others] = await Promise.all(sites.map(({ db }) => rows(db)));
    for (const other of others) expect(other, label).toEqual(first);
    for (const { db } of sites) expect(await db.$crr.pendingCount(), label).toBe(0);
    return first!;
  };
  const settled = await settle();
  // It merges as its new kind does: two adds are two for a counter, one for the others.
  const by = after === lowest ? -50 : 50;
  for (const { client } of sites.slice(1)) {
    await client.execute(`UPDATE posts SET views = views + ${by}`);
  }
  const gain = after === counted ? 100 : by;
  expect(await settle(), label).toEqual(settled.map(([id, value]) => [id, Number(value) + gain]));
}

test('a greatest value that its writer took back while the last write won stands at that writer too', async () => {
  const [a, b] = await pair();
  const pull = async (from: typeof a, to: typeof a, since: number) => {
    const page = await from.$crr.changes({ since, excludeSite: await to.$crr.siteId() });
    await to.$crr.apply(page);
    return page.cursor as number;
  };
  await a.insert(plain).values({ id: 'a', views: 1 });
  let since = await pull(a, b, 0);
  const b2 = await migrate(b, highest);
  await a.update(plain).set({ views: 10 });
  since = await pull(a, b2 as never, since);
  await a.update(plain).set({ views: 3 });
  const a2 = await migrate(a, highest);
  await pull(a2 as never, b2 as never, since);
  await pull(b2 as never, a2 as never, 0);
  expect(await rows(b2)).toEqual([['a', 10]]);
  expect(await rows(a2)).toEqual([['a', 10]]);
});
