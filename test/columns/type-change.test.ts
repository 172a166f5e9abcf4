import { sql } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { counter, crrTable, fractIndex, greatest, increment, lww, mvr } from '../../src/index.js';
import { NEUTRAL_SITE } from '../../src/model/site.js';
import { memoryClient } from '../support/client.js';
import { createTableSql } from '../support/create-table.js';
import { dump } from '../support/dump.js';
import { exchange, type MigratingSite, migrate, openSite } from '../support/site.js';

const key = () => ({ id: text('id').primaryKey().notNull(), title: text('title') });
const plain = crrTable('posts', { ...key(), views: integer('views').notNull().default(0) });
const counted = crrTable('posts', { ...key(), views: counter('views') });
const register = crrTable('posts', { ...key(), views: mvr(integer('views').notNull().default(0)) });
const timed = crrTable('posts', {
  ...key(),
  views: lww(integer('views').notNull().default(0), { by: 'time' }),
});

const rows = async ({ $client }: MigratingSite) =>
  (await $client.execute('SELECT id, title, views FROM posts ORDER BY id')).rows.map((row) => [
    row.id,
    row.title,
    row.views,
  ]);

describe('an integer that becomes a counter', () => {
  test('keeps its value, once, on every site, in whatever order they migrate', async () => {
    const [a, b, c] = [
      await openSite({ plain }),
      await openSite({ plain }),
      await openSite({ plain }),
    ];
    await a.insert(plain).values([
      { id: 'a', title: 'A', views: 10 },
      { id: 'b', views: 0 },
      { id: 'c', views: -4 },
    ]);
    for (const other of [b, c]) await exchange(a, other);
    const [a2, b2] = [await migrate(a, counted), await migrate(b, counted)];
    await a2.update(counted).set({ views: increment(counted.views, 5) });
    await b2.update(counted).set({ views: increment(counted.views) });
    await exchange(a2, b2);
    const c2 = await migrate(c, counted);
    await c2.update(counted).set({ views: increment(counted.views, 100) });
    for (const [x, y] of [
      [a2, c2],
      [b2, c2],
      [a2, b2],
    ] as const) {
      await exchange(x, y);
    }
    const fresh = await openSite({ counted });
    await fresh.$crr.apply(await b2.$crr.changes());
    for (const site of [a2, b2, c2, fresh]) {
      expect(await rows(site)).toEqual([
        ['a', 'A', 116],
        ['b', null, 106],
        ['c', null, 102],
      ]);
    }
    const [before] = await a2.$crr.contributions(counted, { id: 'a' }, 'views');
    expect(before).toEqual({ siteId: NEUTRAL_SITE, value: 10n });
    // Once more is nothing more.
    const dumped = await dump(a.$client);
    await a2.$crr.install();
    expect(await dump(a.$client)).toBe(dumped);
  });

  test('takes the greater value where sites had not heard of each other', async () => {
    const [a, b] = [await openSite({ plain }), await openSite({ plain })];
    await a.insert(plain).values({ id: 'a', views: 1 });
    await exchange(a, b);
    await a.update(plain).set({ views: 2 });
    await b.update(plain).set({ views: 3 });
    const [a2, b2] = [await migrate(a, counted), await migrate(b, counted)];
    await exchange(a2, b2);
    expect(await rows(a2)).toEqual([['a', null, 3]]);
    expect(await rows(b2)).toEqual([['a', null, 3]]);
  });

  test('counts once what every site held before it was a CRR', async () => {
    const sites = await Promise.all(
      [0, 1, 2].map(async () => {
        const $client = memoryClient();
        await $client.execute(createTableSql(counted));
        await $client.execute("INSERT INTO posts (id, views) VALUES ('a', 7), ('b', 0)");
        return migrate({ $client }, counted);
      }),
    );
    for (const site of sites) await site.update(counted).set({ views: increment(counted.views) });
    await exchange(sites[0]!, sites[1]!);
    await exchange(sites[1]!, sites[2]!);
    await exchange(sites[0]!, sites[1]!);
    for (const site of sites) {
      expect(await rows(site)).toEqual([
        ['a', null, 10],
        ['b', null, 3],
      ]);
    }
  });
});

describe('a column keeps what it shows and goes on merging', () => {
  const ways = [
    ['lww', plain],
    ['counter', counted],
    ['register', register],
    ['lww by time', timed],
  ] as const;
  for (const [from, before] of ways) {
    for (const [to, after] of ways) {
      if (from === to) continue;
      test(`from ${from} to ${to}`, async () => {
        const [a, b] = [await openSite({ t: before }), await openSite({ t: before })];
        await a.insert(before).values({ id: 'a', title: 'A', views: 1 });
        await a.insert(before).values({ id: 'gone', views: 1 });
        await exchange(a, b);
        await b.update(before).set({ views: 4 });
        await a.delete(before).where(undefined);
        await a.insert(before).values({ id: 'a', title: 'again', views: 4 });
        await exchange(a, b);
        const [a2, b2] = [await migrate(a, after), await migrate(b, after)];
        expect(await rows(a2)).toEqual([['a', 'again', 4]]);
        await exchange(a2, b2);
        expect(await rows(a2)).toEqual([['a', 'again', 4]]);
        expect(await rows(b2)).toEqual([['a', 'again', 4]]);
        await a2.update(after).set({ views: 9 });
        await exchange(a2, b2);
        await b2.update(after).set({ views: 11 });
        await exchange(a2, b2);
        const fresh = await openSite({ t: after });
        await fresh.$crr.apply(await b2.$crr.changes());
        for (const site of [a2, b2, fresh]) expect(await rows(site)).toEqual([['a', 'again', 11]]);
        const version = await a2.$crr.version();
        await a2.$crr.install();
        await a2.$crr.apply(await fresh.$crr.changes());
        expect(await a2.$crr.version()).toBe(version);
      });
    }
  }
});

test('a new counter counts once what its column held already', async () => {
  const before = crrTable('posts', key());
  const sites = [await openSite({ before }), await openSite({ before })] as const;
  await sites[0].insert(before).values([{ id: 'a' }, { id: 'b' }]);
  await exchange(...sites);
  const migrated = await Promise.all(
    sites.map(async (site) => {
      await site.run(sql`ALTER TABLE posts ADD views integer NOT NULL DEFAULT 5`);
      return migrate(site, counted);
    }),
  );
  const [a, b] = migrated as [(typeof migrated)[0], (typeof migrated)[0]];
  await a.update(counted).set({ views: increment(counted.views) });
  await b.update(counted).set({ views: increment(counted.views, 10) });
  await exchange(a, b);
  for (const site of [a, b]) {
    expect(await rows(site)).toEqual([
      ['a', null, 16],
      ['b', null, 16],
    ]);
    const shares = await site.$crr.contributions(counted, { id: 'a' }, 'views');
    expect(shares.map(({ value }) => value).sort()).toEqual([1n, 10n, 5n]);
  }
});

test('several columns change at once, there and back', async () => {
  const id = () => text('id').primaryKey().notNull();
  const number = (name: string) => integer(name).notNull().default(0);
  const before = crrTable('t', { id: id(), a: number('a'), b: number('b'), c: text('c') });
  const after = crrTable('t', { id: id(), a: counter('a'), b: counter('b'), c: mvr(text('c')) });
  const site = await openSite({ before });
  await site.run(sql`INSERT INTO t VALUES ('x', 3, 4, 'c'), ('y', 0, 5, NULL)`);
  const values = async () =>
    (await site.$client.execute('SELECT a, b, c FROM t ORDER BY id')).rows.map((row) =>
      Array.from(row as ArrayLike<unknown>),
    );
  const held = [
    [3, 4, 'c'],
    [0, 5, null],
  ];
  for (const table of [after, before, after] as SQLiteTable[]) {
    const migrated = await migrate(site, table);
    expect(await values()).toEqual(held);
    const fresh = await openSite({ table });
    await fresh.$crr.apply(await migrated.$crr.changes());
    expect(await fresh.select().from(table)).toEqual(await migrated.select().from(table));
  }
});

test('rows of which only the column told are still told', async () => {
  const before = crrTable('t', {
    id: text('id').primaryKey().notNull(),
    n: integer('n').notNull().default(0),
  });
  const after = crrTable('t', { id: text('id').primaryKey().notNull(), n: counter('n') });
  const site = await openSite({ before });
  await site.insert(before).values([{ id: 'a' }, { id: 'b', n: 2 }]);
  const migrated = await migrate(site, after);
  const fresh = await openSite({ after });
  await fresh.$crr.apply(await migrated.$crr.changes());
  expect(await fresh.select().from(after)).toEqual([
    { id: 'a', n: 0 },
    { id: 'b', n: 2 },
  ]);
});

test('text that becomes an order key stays as it is', async () => {
  const before = crrTable('t', {
    id: text('id').primaryKey().notNull(),
    rank: text('rank').notNull(),
  });
  const after = crrTable('t', {
    id: text('id').primaryKey().notNull(),
    rank: fractIndex('rank'),
  });
  const site = await openSite({ before });
  await site.insert(before).values({ id: 'a', rank: 'a ' });
  const changes = (await site.$crr.changes()).changes;
  const migrated = await migrate(site, after);
  expect((await migrated.$crr.changes()).changes).toEqual(changes);
});

test('columns may bear the names of bookkeeping', async () => {
  const table = crrTable('t', {
    site: text('site').primaryKey().notNull(),
    seq: integer('seq').notNull().default(0),
    db_version: counter('db_version'),
    val: mvr(text('val')),
    hi: counter('hi'),
    ver: counter('ver'),
    dbv: counter('dbv'),
  });
  const $client = memoryClient();
  await $client.execute(createTableSql(table));
  await $client.execute(
    "INSERT INTO t (site, db_version, val, hi, ver, dbv) VALUES ('a', 1, 'v', 2, 3, 4)",
  );
  const site = await migrate({ $client }, table);
  await site.update(table).set({ hi: increment(table.hi), ver: 7, dbv: 9, val: 'w' });
  const other = await openSite({ table });
  await exchange(site, other);
  await other.update(table).set({ db_version: increment(table.db_version), val: 'x' });
  await exchange(site, other);
  const row = { site: 'a', seq: 0, db_version: 2, val: 'x', hi: 3, ver: 7, dbv: 9 };
  expect(await site.select().from(table)).toEqual([row]);
  expect(await other.select().from(table)).toEqual([row]);
});

test('a cell that nobody has written is not sent because its column changes its type', async () => {
  const columns = { id: text('id').primaryKey().notNull(), title: text('title') };
  const before = crrTable('scores', columns);
  const high = () => integer('high').notNull().default(0);
  const a = await openSite({ before });
  await a.insert(before).values([{ id: 'a' }, { id: 'b' }]);
  await a.$client.execute('ALTER TABLE scores ADD COLUMN high INTEGER NOT NULL DEFAULT 0');
  const plainHigh = crrTable('scores', { ...columns, high: high() });
  const written = await migrate(a, plainHigh);
  await written.$client.execute("UPDATE scores SET high = 5 WHERE id = 'b'");
  const after = crrTable('scores', { ...columns, high: greatest(high()) });
  const migrated = await migrate(a, after);
  const sent = (await migrated.$crr.changes()).changes.filter(({ cid }) => cid === 'high');
  expect(sent.map(({ val }) => val)).toEqual([5n]);
  const b = await openSite({ after });
  await exchange(migrated, b);
  await b.update(after).set({ high: -1 });
  await exchange(migrated, b);
  for (const site of [migrated, b]) {
    expect(await site.$client.execute('SELECT id, high FROM scores ORDER BY id')).toMatchObject({
      rows: [
        { id: 'a', high: 0 },
        { id: 'b', high: 5 },
      ],
    });
  }
});
