/** What a site holds of a row's former life reaches everybody, even the site that began the new life. */
import { eq } from 'drizzle-orm';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable, greatest, least, mvr } from '../../src/index.js';
import { createSync, createSyncHandler } from '../../src/sync/index.js';
import { exchange, migrate, openSite } from '../support/site.js';

const id = () => text('id').primaryKey().notNull();
const early = crrTable('t', { id: id(), title: text('title') });
const later = crrTable('t', { id: id(), title: text('title'), color: text('color') });
const open = () => openSite({ t: early });
type Site = Awaited<ReturnType<typeof open>>;

async function addColor(site: Site): Promise<Site> {
  await site.$client.execute('ALTER TABLE t ADD COLUMN color TEXT');
  return (await migrate(site, later)) as unknown as Site;
}

const syncWith = (server: Site, client: Site) =>
  createSync({
    db: client,
    fetch: createSyncHandler({ db: server, public: true }),
    retry: { attempts: 1 },
  }).sync();

test.each([
  ['sent', 'red'],
  ['not sent yet', 'yellow'],
])(
  'a client creates a row again without one of its columns; a value of it was %s',
  async (_, color) => {
    let [server, a, b] = [await open(), await open(), await open()];
    await server.insert(early).values({ id: 'r', title: 'one' });
    for (const client of [a, b]) await syncWith(server, client);
    server = await addColor(server);
    a = await addColor(a);
    await server.update(later).set({ color: 'red' });
    for (const client of [a, b]) await syncWith(server, client);
    if (color !== 'red') await a.update(later).set({ color });

    await b.delete(early);
    await b.insert(early).values({ id: 'r', title: 'again' });
    for (const client of [b, a, b, a, b]) await syncWith(server, client);
    b = await addColor(b);
    for (const client of [a, b, a, b]) await syncWith(server, client);
    for (const site of [server, a, b]) {
      expect(await site.select().from(later)).toEqual([{ id: 'r', title: 'again', color }]);
    }
  },
);

test('a register that is added after a row came back has no cell in it', async () => {
  const site = await open();
  const registered = crrTable('t', { id: id(), title: text('title'), tag: mvr(text('tag')) });
  await site.insert(early).values({ id: 'r', title: 'one' });
  await site.delete(early);
  // The latest write, so that the migration takes no db_version after it.
  await site.insert(early).values({ id: 'r', title: 'again' });
  await site.$client.execute('ALTER TABLE t ADD COLUMN tag TEXT');
  const later = await migrate(site, registered);
  const { changes } = await later.$crr.changes();
  expect(changes.map(({ cid }) => cid)).toEqual(['-1', 'title']);
});

test('a cell of a former life is no site’s write', async () => {
  const [a, b] = [await open(), await open()];
  await a.insert(early).values({ id: 'r', title: 'one' });
  await exchange(a, b);
  await b.delete(early);
  await b.insert(early).values({ id: 'r', title: 'again' });
  // As a filter lets it through: the new life without the cell that was written in it.
  const { changes } = await b.$crr.changes();
  await a.$crr.apply(changes.filter(({ cid }) => cid === '-1'));
  const [reset] = (await a.$crr.changes()).changes.filter(({ cid }) => cid === 'title');
  expect(reset).toMatchObject({ val: 'one', col_version: 0, cl: 3, site_id: new Uint8Array(16) });
  // cr-sqlite names the site that wrote it in the former life.
  const named = { ...reset!, val: 'two', site_id: await a.$crr.siteId() };
  await b.$crr.apply([named]);
  await a.$crr.apply([named]);
  const [taken] = (await a.$crr.changes()).changes.filter(({ cid }) => cid === 'title');
  expect(taken).toMatchObject({ val: 'two', col_version: 0, site_id: new Uint8Array(16) });
});

test('a db_version that contains cells of a former life counts as unsent', async () => {
  const [server, client] = [await open(), await open()];
  await server.insert(early).values({ id: 'r', title: 'one' });
  await exchange(server, client);
  await client.delete(early);
  await client.insert(early).values({ id: 'r', title: 'again' });
  const siteId = await client.$crr.siteId();
  const merge = async (cids: readonly string[], cl: number) => {
    const { changes } = await client.$crr.changes();
    const some = changes.filter((change) => cids.includes(change.cid) && change.cl === cl);
    const sent = { cursor: await server.$crr.version(), skip: [] };
    const peer = { siteId, received: { cursor: 0, skip: [] }, sent };
    const { stamp } = await server.$crr.transport.merge(some, { peer });
    const [after] = await server.$crr.transport.peers([siteId]);
    return { stamp, before: sent.cursor, sent: after?.sent?.cursor };
  };
  const reset = await merge(['-1'], 3);
  expect(reset).toMatchObject({ stamp: undefined, sent: reset.before });
  // The same life once more, and what resets nothing: the client lacks nothing of either.
  const rest = await merge(['-1', 'title'], 3);
  expect(rest).toMatchObject({ stamp: rest.before + 1, sent: rest.before + 1 });
  await client.insert(early).values({ id: 's', title: 'new' });
  const row = await merge(['title'], 1);
  expect(row).toMatchObject({ stamp: row.before + 1, sent: row.before + 1 });
});

test('a key that moves onto a dead one brings all of its values', async () => {
  let [a, b] = [await open(), await open()];
  await b.insert(early).values([
    { id: 'k1', title: 'one' },
    { id: 'k2', title: 'two' },
  ]);
  await syncWith(b, a);
  a = await addColor(a);
  b = await addColor(b);
  await syncWith(b, a);
  await b.update(later).set({ color: 'old' }).where(eq(later.id, 'k2'));
  await a.delete(later).where(eq(later.id, 'k2'));
  await a.update(later).set({ id: 'k2' }).where(eq(later.id, 'k1'));
  for (let round = 0; round < 3; round++) await syncWith(b, a);
  // The row that got the key never had a color, and the one that lost it is gone.
  for (const site of [a, b]) {
    expect(await site.select().from(later)).toEqual([{ id: 'k2', title: 'one', color: null }]);
  }
});

test('a greatest or least value of a former life does not undo a write of this one', async () => {
  const runs = crrTable('runs', {
    id: id(),
    high: greatest(integer('high')),
    low: least(integer('low')),
  });
  const [a, b] = [await openSite({ runs }), await openSite({ runs })];
  await a.insert(runs).values({ id: 'r', high: 20, low: 1 });
  await exchange(a, b);
  await b.delete(runs);
  await b.insert(runs).values({ id: 'r', high: 3, low: 9 });
  const { changes } = await b.$crr.changes();
  await a.$crr.apply(changes.filter(({ cid }) => cid === '-1'));
  expect(await a.select().from(runs)).toEqual([{ id: 'r', high: 20, low: 1 }]);
  await a.update(runs).set({ high: 12, low: 5 });
  expect(await a.select().from(runs)).toEqual([{ id: 'r', high: 12, low: 5 }]);
  // From now on it is a value of this life.
  await a.update(runs).set({ high: 11, low: 6 });
  await exchange(a, b);
  for (const site of [a, b]) {
    expect(await site.select().from(runs)).toEqual([{ id: 'r', high: 12, low: 5 }]);
  }
});
