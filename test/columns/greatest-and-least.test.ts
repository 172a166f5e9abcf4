import { eq, sql } from 'drizzle-orm';
import { blob, customType, integer, real, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { type Change, counter, crrTable, greatest, least, lww } from '../../src/index.js';
import { memoryClient } from '../support/client.js';
import { describeEachEngine } from '../support/engines.js';
import { openOracle } from '../support/oracle.js';
import { exchange, migrate, openSite } from '../support/site.js';

const runs = crrTable('runs', {
  id: text('id').primaryKey().notNull(),
  title: text('title'),
  high: greatest(integer('high')),
  low: least(integer('low')),
  laps: counter('laps'),
});
const schema = { runs };

const any = (name: string) => customType<{ data: unknown }>({ dataType: () => '' })(name);
const values = crrTable('v', {
  id: text('id').primaryKey().notNull(),
  t: greatest(text('t')),
  r: least(real('r')),
  b: greatest(blob('b')),
  high: greatest(any('high')),
  low: least(any('low')),
});

type Site = Awaited<ReturnType<typeof openSite<typeof schema>>>;
const row = async (db: Site) =>
  (await db.select({ high: runs.high, low: runs.low }).from(runs).where(eq(runs.id, 'a')))[0];
const cells = async (db: Pick<Site, '$crr'>) =>
  (await db.$crr.changes()).changes.filter(({ cid }) => cid === 'high' || cid === 'low');
const converge = async (...sites: Site[]) => {
  for (const a of sites) for (const b of sites) if (a !== b) await exchange(a, b);
  const all = await Promise.all(sites.map((db) => db.select().from(runs).orderBy(runs.id)));
  for (const rows of all) expect(rows).toEqual(all[0]);
  return row(sites[0]!);
};

describeEachEngine('a write of a greatest or least column', (engine) => {
  test('that the value before wins over leaves the column, and what others are sent, as it is', async () => {
    const db = await openSite(schema, await engine.open());
    await db.insert(runs).values({ id: 'a', high: 5, low: 5 });
    const before = await cells(db);
    const version = await db.$crr.version();
    await db.update(runs).set({ high: 3 });
    await db.update(runs).set({ low: 8 });
    await db.update(runs).set({ high: 5, low: 5 });
    await db.update(runs).set({ high: null, low: null });
    expect(await row(db)).toEqual({ high: 5, low: 5 });
    expect(await db.$crr.version()).toBe(version);
    // In a statement that writes other columns, those are written.
    await db.update(runs).set({ high: 4, low: 2, title: 'new', laps: 7 });
    expect(await db.select().from(runs)).toEqual([
      { id: 'a', title: 'new', high: 5, low: 2, laps: 7 },
    ]);
    await db.update(runs).set({ high: sql`${runs.high} + 1`, low: sql`${runs.low} + 1` });
    expect(await row(db)).toEqual({ high: 6, low: 2 });
    const after = await cells(db);
    expect(after.map(({ val }) => val)).toEqual([2n, 6n]);
    expect(before.map(({ val }) => val)).toEqual([5n, 5n]);
  });

  test('changes NULL to anything, and nothing to NULL', async () => {
    const db = await openSite(schema, await engine.open());
    await db.insert(runs).values({ id: 'a' });
    await db.update(runs).set({ high: -9, low: 9 });
    expect(await row(db)).toEqual({ high: -9, low: 9 });
    await db.update(runs).set({ high: null, low: null });
    expect(await row(db)).toEqual({ high: -9, low: 9 });
  });

  test('compares several rows of a statement each with its own value', async () => {
    const db = await openSite(schema, await engine.open());
    await db.insert(runs).values([1, 5, 9].map((n) => ({ id: `r${n}`, high: n, low: n })));
    await db.transaction(async (tx) => {
      await tx.update(runs).set({ high: 6, low: 4 });
    });
    const found = await db.select({ high: runs.high, low: runs.low }).from(runs).orderBy(runs.id);
    expect(found).toEqual([
      { high: 6, low: 1 },
      { high: 6, low: 4 },
      { high: 9, low: 4 },
    ]);
  });

  test('in an upsert is compared as in an update', async () => {
    const db = await openSite(schema, await engine.open());
    const upsert = (high: number, low: number) =>
      db
        .insert(runs)
        .values({ id: 'a', high, low })
        .onConflictDoUpdate({ target: runs.id, set: { high, low } });
    for (const [high, low] of [
      [5, 5],
      [3, 7],
      [6, 4],
    ] as const) {
      await upsert(high, low);
    }
    expect(await row(db)).toEqual({ high: 6, low: 4 });
  });
});

test('INSERT OR REPLACE begins a new life, whose value stands at every site', async () => {
  const [a, b] = [await openSite(schema), await openSite(schema)];
  await a.insert(runs).values({ id: 'a', high: 50, low: 5 });
  await exchange(a, b);
  await b.update(runs).set({ high: 99, low: 1 });
  await a.run(sql`INSERT OR REPLACE INTO runs (id, high, low) VALUES ('a', 10, 20)`);
  expect(await row(a)).toEqual({ high: 10, low: 20 });
  expect(await converge(a, b)).toEqual({ high: 10, low: 20 });
  expect((await a.$crr.changes()).changes.every(({ cl }) => cl === 3)).toBe(true);
  await b.update(runs).set({ high: 11, low: 19 });
  expect(await converge(a, b)).toEqual({ high: 11, low: 19 });
});

test('a row takes its values to another key, or the lesser ones of the same statement', async () => {
  const [a, b] = [await openSite(schema), await openSite(schema)];
  await a.insert(runs).values([
    { id: 'x', high: 50, low: 5 },
    { id: 'y', high: 50, low: 5 },
  ]);
  await exchange(a, b);
  await a.update(runs).set({ id: 'x2' }).where(eq(runs.id, 'x'));
  await a.update(runs).set({ id: 'y2', high: 3, low: 8 }).where(eq(runs.id, 'y'));
  await b.update(runs).set({ high: 70 });
  await converge(a, b);
  const left = await b
    .select({ id: runs.id, high: runs.high, low: runs.low })
    .from(runs)
    .orderBy(runs.id);
  expect(left).toEqual([
    { id: 'x2', high: 50, low: 5 },
    { id: 'y2', high: 3, low: 8 },
  ]);
});

test('text, reals and blobs are compared by value, and classes in a column without affinity as max() does', async () => {
  const client = memoryClient();
  const [a, b] = [await openSite({ values }, client), await openSite({ values })];
  await a.run(sql`INSERT INTO v VALUES ('a', 'b', 1.5, x'01', 5, 5)`);
  const quoted = async (db: typeof a) =>
    Object.values(
      (
        await db.$client.execute(
          'SELECT t, r, hex(b) AS b, quote(high) AS high, quote(low) AS low FROM v',
        )
      ).rows[0]!,
    ).slice(0, 5);
  const write = async (set: string) => {
    await client.execute(`UPDATE v SET ${set}`);
    await exchange(a, b);
    expect(await quoted(b)).toEqual(await quoted(a));
    return quoted(a);
  };
  expect(await write("t = 'B', r = 1.75, b = x'00ff', high = 4.5, low = 5.5")).toEqual([
    'b',
    1.5,
    '01',
    '5',
    '5',
  ]);
  expect(await write("t = 'ba', r = -1, b = x'0100', high = 5.5, low = 4.5")).toEqual([
    'ba',
    -1,
    '0100',
    '5.5',
    '4.5',
  ]);
  // Numbers come before text, text before blobs; of equal numbers the integer stands.
  expect(await write("high = 'a', low = 'a'")).toEqual(['ba', -1, '0100', "'a'", '4.5']);
  expect(await write("high = x'', low = 4")).toEqual(['ba', -1, '0100', "X''", '4']);
  expect(await write("high = 'zzz', low = 4.0")).toEqual(['ba', -1, '0100', "X''", '4']);
  expect(await write("t = 'é', r = -9e999, low = -3.0")).toEqual([
    'é',
    Number.NEGATIVE_INFINITY,
    '0100',
    "X''",
    '-3.0',
  ]);
  expect(await write('low = -3')).toEqual(['é', Number.NEGATIVE_INFINITY, '0100', "X''", '-3']);
});

describe('a greatest or least column merges', () => {
  test('concurrent writes by value, however often either was written', async () => {
    const [a, b, c] = [await openSite(schema), await openSite(schema), await openSite(schema)];
    await a.insert(runs).values({ id: 'a', high: 1, low: 100 });
    await converge(a, b, c);
    for (const n of [2, 3, 4, 5]) await a.update(runs).set({ high: n, low: 100 - n });
    await b.update(runs).set({ high: 9, low: 98 });
    await c.update(runs).set({ high: 7, low: 3 });
    expect(await converge(a, b, c)).toEqual({ high: 9, low: 3 });
    // What is known is no news.
    const version = await a.$crr.version();
    const result = await a.$crr.apply(await b.$crr.changes());
    expect(result).toMatchObject({ updated: [], cellsWon: 0, pending: 0 });
    expect(await a.$crr.version()).toBe(version);
  });

  test('a greater version with a lesser value as one that lost', async () => {
    const [a, b] = [await openSite(schema), await openSite(schema)];
    await a.insert(runs).values({ id: 'a', high: 1, low: 100 });
    await exchange(a, b);
    await a.update(runs).set({ high: 2, low: 99 });
    await a.update(runs).set({ high: 3, low: 98 });
    await b.update(runs).set({ high: 50, low: 50 });
    const result = await b.$crr.apply(await a.$crr.changes());
    expect(result).toMatchObject({ updated: [], cellsWon: 0 });
    expect(await row(b)).toEqual({ high: 50, low: 50 });
    expect(await a.$crr.apply(await b.$crr.changes())).toMatchObject({
      updated: [{ table: 'runs', key: { id: 'a' } }],
      cellsWon: 2,
    });
    expect(await row(a)).toEqual({ high: 50, low: 50 });
  });

  test('two inserts of one key', async () => {
    const [a, b] = [await openSite(schema), await openSite(schema)];
    await a.insert(runs).values({ id: 'a', high: 1, low: 1 });
    await b.insert(runs).values({ id: 'a', high: 2, low: 2 });
    expect(await converge(a, b)).toEqual({ high: 2, low: 1 });
  });

  test('no late writes of a former life', async () => {
    const [a, b] = [await openSite(schema), await openSite(schema)];
    await a.insert(runs).values({ id: 'a', high: 5, low: 5 });
    await exchange(a, b);
    await b.update(runs).set({ high: 90, low: -90 });
    await a.delete(runs);
    await a.insert(runs).values({ id: 'a', high: 2, low: 8 });
    expect(await converge(a, b)).toEqual({ high: 2, low: 8 });
  });

  test('columns that became one at different times, and are last write wins again', async () => {
    const key = () => ({ id: text('id').primaryKey().notNull() });
    const plain = crrTable('t', { ...key(), n: lww(integer('n')) });
    const high = crrTable('t', { ...key(), n: greatest(integer('n')) });
    const n = async (...sites: { $client: Site['$client'] }[]) =>
      Promise.all(sites.map(async (x) => (await x.$client.execute('SELECT n FROM t')).rows[0]!.n));
    const [a, b] = [await openSite({ plain }), await openSite({ plain })];
    await a.insert(plain).values({ id: 'a', n: 10 });
    await exchange(a, b);
    const a2 = await migrate(a, high);
    await a2.update(high).set({ n: 4 });
    await a2.update(high).set({ n: 12 });
    await b.update(plain).set({ n: 3 });
    await exchange(a2, b);
    expect(await n(a2, b)).toEqual([12, 3]);
    expect(await b.$crr.pendingCount()).toBeGreaterThan(0);
    const b2 = await migrate(b, high);
    expect(await n(b2)).toEqual([12]);
    await b2.update(high).set({ n: 15 });
    await exchange(a2, b2);
    expect(await n(a2, b2)).toEqual([15, 15]);

    const a3 = await migrate(a2, plain);
    await a3.update(plain).set({ n: 1 });
    await b2.update(high).set({ n: 20 });
    await exchange(a3, b2);
    expect(await n(a3)).toEqual([1]);
    const b3 = await migrate(b2, plain);
    await exchange(a3, b3);
    const [one, other] = await n(a3, b3);
    expect(other).toBe(one);
    await b3.update(plain).set({ n: 0 });
    await exchange(a3, b3);
    expect(await n(a3, b3)).toEqual([0, 0]);
    for (const site of [a3, b3]) expect(await site.$crr.pendingCount()).toBe(0);
  });
});

test('versions travel in ranges of their own, and a cr-sqlite peer takes the values', async () => {
  const db = await openSite(schema);
  await db.insert(runs).values({ id: 'a', high: 5, low: 5 });
  await db.update(runs).set({ high: 6 });
  const byColumn = async () =>
    Object.fromEntries((await cells(db)).map((one: Change) => [one.cid, one.col_version]));
  expect(await byColumn()).toEqual({ high: 4 * 2 ** 47 + 2, low: 5 * 2 ** 47 + 1 });

  const oracle = await openOracle();
  await oracle.exec(
    "CREATE TABLE runs (id TEXT PRIMARY KEY NOT NULL, title TEXT, high INTEGER, low INTEGER, laps INTEGER NOT NULL DEFAULT 0); SELECT crsql_as_crr('runs')",
  );
  await oracle.apply((await db.$crr.changes()).changes);
  expect(await oracle.all('SELECT id, high, low FROM runs')).toEqual([['a', 6n, 5n]]);
  // Its own writes count on in the same range, and are compared by value here.
  await oracle.run('UPDATE runs SET high = 1, low = 1');
  await db.$crr.apply(
    (await oracle.changes()).filter(({ cid }) => cid === 'high' || cid === 'low'),
  );
  expect(await row(db)).toEqual({ high: 6, low: 1 });
  await oracle.close();
});

test('a change that no site could have sent is refused', async () => {
  const strict = crrTable('s', {
    id: text('id').primaryKey().notNull(),
    n: greatest(integer('n').notNull()),
  });
  const [a, b] = [await openSite({ strict }), await openSite({ strict })];
  await a.insert(strict).values({ id: 'a', n: 1 });
  const { changes } = await a.$crr.changes();
  await expect(b.$crr.apply([{ ...changes[0]!, val: null }])).rejects.toMatchObject({
    code: 'CRR_CHANGE_VALUE',
  });
});

test('declarations that cannot be greatest or least are refused', () => {
  for (const [type, declare] of [
    ['greatest', greatest],
    ['least', least],
  ] as const) {
    expect(() => crrTable('t', { id: declare(text('id')).primaryKey().notNull() })).toThrow(
      /primary key/,
    );
    expect(() => declare('n' as never)).toThrow(`${type}() takes a column`);
    expect(() => declare(undefined as never)).toThrow(`${type}() takes a column`);
  }
});
