/** Order keys over many inserts, against cr-sqlite, and over a network. */
import { eq } from 'drizzle-orm';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { expect, onTestFinished, test } from 'vitest';
import { crrTable, fractIndex, fractOrder, fractOrderBy } from '../../src/index.js';
import { sqldBinary, startSqld } from '../../tools/sqld/index.js';
import { memoryClient, openClient } from '../support/client.js';
import { openOracle } from '../support/oracle.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { exchange, openSite } from '../support/site.js';

const items = crrTable('items', {
  id: integer('id').primaryKey(),
  list: text('list').notNull().default('a'),
  position: fractIndex('position', { within: ['list'] }),
});
const schema = { items };
type Site = Awaited<ReturnType<typeof openSite<typeof schema>>>;

const inOrder = async (db: Site) =>
  (
    await db
      .select({ id: items.id })
      .from(items)
      .orderBy(...fractOrderBy(items, 'position'))
  ).map(({ id }) => id);
const positions = async (db: Site) =>
  (
    await db
      .select()
      .from(items)
      .orderBy(...fractOrderBy(items, 'position'))
  ).map(({ position }) => position);

test('long random sequences through Drizzle have the keys of cr-sqlite', {
  timeout: 120_000,
}, async () => {
  const oracle = await openOracle();
  const seed = seedFromEnv();
  for (let history = 0; history < 3; history++) {
    const label = `CRR_SEED=${seed}, history ${history}`;
    const random = new Random(hash('fract-oracle', seed, history));
    const db = await openSite(schema);
    const order = fractOrder(db, items, 'position');
    const keys: string[] = [];
    const ids: number[] = [];
    for (let id = 0; id < 500; id++) {
      // Many at one spot, so that keys grow long; the others anywhere, the ends included.
      const at = random.chance(0.6)
        ? Math.min(history * 7, ids.length)
        : random.int(ids.length + 1);
      const [left, right] = [ids[at - 1], ids[at]];
      const places = [
        ...(left === undefined ? (['first'] as const) : [{ after: left }]),
        ...(right === undefined ? (['last'] as const) : [{ before: right }]),
        ...(left === undefined || right === undefined ? [] : [{ between: [left, right] as const }]),
      ];
      await order.insert({ id }, random.pick(places));
      const [[theirs]] = (await oracle.all('SELECT crsql_fract_key_between(?, ?)', [
        keys[at - 1] ?? null,
        keys[at] ?? null,
      ])) as [[string]];
      ids.splice(at, 0, id);
      keys.splice(at, 0, theirs);
    }
    expect(await inOrder(db), label).toEqual(ids);
    expect(await positions(db), label).toEqual(keys);
  }
  await oracle.close();
});

test('10,000 inserts at one spot: in order, and keys as long as the docs say', {
  timeout: 240_000,
}, async () => {
  const db = await openSite(schema);
  await db.$client.execute('CREATE INDEX items_order ON items (list, position)');
  await db.transaction(async (tx) => {
    const order = fractOrder(tx, items, 'position');
    for (const id of [1, 2]) await order.insert({ id }, 'last');
    // Each between the first row and the one before.
    for (let id = 3; id <= 10_002; id++) await order.insert({ id }, { after: 1 });
  });
  const ids = await inOrder(db);
  expect(ids).toEqual([1, ...Array.from({ length: 10_000 }, (_, i) => 10_002 - i), 2]);
  const lengths = (await positions(db)).map(({ length }) => length);
  expect(Math.max(...lengths)).toBe(1_431);
});

/*
 * Rows put at few spots by several sites, which hear of each other now and then, so that many keys are
 * equal; a row that is put between two of them stands there, and everybody sees the same order.
 */
test('equal keys of several sites are mended wherever a row is put between them', {
  timeout: 120_000,
}, async () => {
  const seed = seedFromEnv();
  let equal = 0;
  for (let history = 0; history < Math.ceil(numberFromEnv('CRR_HISTORIES', 30) / 10); history++) {
    const label = `CRR_SEED=${seed}, history ${history}`;
    const random = new Random(hash('fract-mend', seed, history));
    const sites = await Promise.all([0, 1, 2].map(() => openSite(schema)));
    let id = 0;
    await fractOrder(sites[0]!, items, 'position').insert({ id }, 'last');
    for (const site of sites.slice(1)) await exchange(sites[0]!, site);
    for (let round = 0; round < 6; round++) {
      for (const site of sites) {
        for (let i = 0; i < 3; i++) {
          const before = await inOrder(site);
          const at = random.chance(0.7) ? 1 : 1 + random.int(before.length);
          const order = fractOrder(site, items, 'position');
          const [left, right] = [before[at - 1]!, before[at]];
          id++;
          const way = right === undefined ? 0 : random.int(4);
          if (way === 0) await order.insert({ id }, { after: left });
          else if (way === 1) await order.insert({ id }, { before: right! });
          else if (way === 2) await order.insert({ id }, { between: [left, right!] });
          // The key first, and a write of its own afterwards.
          else await site.insert(items).values({ id, position: await order.after(left) });
          expect(await inOrder(site), label).toEqual(before.toSpliced(at, 0, id));
          const moved = random.pick(before);
          const rest = (await inOrder(site)).filter((other) => other !== moved);
          const to = random.int(rest.length);
          await order.move(moved, { after: rest[to]! });
          expect(await inOrder(site), label).toEqual(rest.toSpliced(to + 1, 0, moved));
        }
      }
      for (const site of sites.slice(1)) await exchange(sites[0]!, site);
      for (const site of sites.slice(1)) await exchange(sites[0]!, site);
      const order = await inOrder(sites[0]!);
      for (const site of sites) expect(await inOrder(site), label).toEqual(order);
      const keys = await positions(sites[0]!);
      equal += keys.length - new Set(keys).size;
    }
  }
  expect(equal).toBeGreaterThan(0);
});

const hasServer = sqldBinary() !== undefined;
test.skipIf(!hasServer)(
  `over HTTP to sqld: one round trip to append, two at most elsewhere${hasServer ? '' : ' (skipped: no sqld binary for this platform)'}`,
  async () => {
    const server = (await startSqld())!;
    onTestFinished(() => server.stop());
    let requests = 0;
    const client = openClient({
      url: server.httpUrl,
      fetch: (...args: Parameters<typeof fetch>) => {
        requests++;
        return fetch(...args);
      },
    });
    const db = await openSite(schema, client);
    const order = fractOrder(db, items, 'position');
    await db.insert(items).values({ id: 1, position: order.last({ list: 'a' }) });
    const trips = async (run: () => Promise<unknown>) => {
      requests = 0;
      await run();
      return requests;
    };
    const here = { list: 'a' };
    expect(await trips(() => order.insert({ id: 2, ...here }, 'last'))).toBe(1);
    expect(await trips(() => order.insert({ id: 3, ...here }, 'first'))).toBe(1);
    const values = { id: 4, position: order.last(here) };
    expect(await trips(async () => db.insert(items).values(values))).toBe(1);
    expect(await trips(() => order.insert({ id: 5, ...here }, { after: 3 }))).toBe(2);
    expect(await trips(() => order.insert({ id: 6, ...here }, { before: 3 }))).toBe(2);
    expect(await trips(() => order.insert({ id: 7, ...here }, { between: [3, 5] }))).toBe(2);
    expect(await trips(() => order.move(7, 'last'))).toBe(2);
    expect(await trips(() => order.move(7, { after: 6 }))).toBe(2);
    expect(await trips(() => order.move(7, 'first', { list: 'b' }))).toBe(2);
    expect(await trips(() => order.after(3))).toBe(1);
    expect(await trips(() => order.between(6, 3))).toBe(1);
    // Equal keys are mended in the batch that writes the row.
    await db.update(items).set({ position: 'a ' }).where(eq(items.list, 'a'));
    expect(await trips(() => order.insert({ id: 8, ...here }, { after: 1 }))).toBe(2);
    expect(await trips(() => order.move(6, { before: 3 }))).toBe(2);
    await db.update(items).set({ position: 'a ' }).where(eq(items.list, 'a'));
    expect(await trips(() => order.after(1))).toBe(2);
  },
);

test('a row with a text that is no order key gets one when another row goes beside it', async () => {
  const client = memoryClient();
  const db = await openSite(schema, client);
  const order = fractOrder(db, items, 'position');
  await client.execute("INSERT INTO items (id, position) VALUES (1, '')");
  await order.insert({ id: 2 }, { before: 1 });
  await db.insert(items).values({ id: 3, position: await order.after(1) });
  expect(await inOrder(db)).toEqual([2, 1, 3]);
});
