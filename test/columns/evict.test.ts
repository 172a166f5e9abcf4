/** Rows with cells that this database no longer gets to see, and gets to see again. */
import type { Client } from '@libsql/client';
import { eq } from 'drizzle-orm';
import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { counter, crrTable, explainError, increment, mvr, packKey } from '../../src/index.js';
import { createSync, createSyncHandler } from '../../src/sync/index.js';
import { memoryClient } from '../support/client.js';
import { describeEachEngine } from '../support/engines.js';
import { exchange, migrate, openSite } from '../support/site.js';

const cards = crrTable('cards', {
  id: text('id').primaryKey().notNull(),
  title: text('title').notNull(),
  votes: counter('votes'),
  owner: mvr(text('owner')),
});
const schema = { cards };
type Site = Awaited<ReturnType<typeof openSite<typeof schema>>>;

const evict = async (db: Site, ...ids: string[]) =>
  db.$crr.transport.merge([], {
    evict: {
      rows: ids.map((id) => ({ table: 'cards', pk: packKey([id]) })),
      sent: { cursor: await db.$crr.version(), skip: [] },
    },
  });
/** Everything, its own words included, as a server sends a row that comes into view. */
const pull = async (from: Site, to: Site) =>
  to.$crr.transport.merge(await from.$crr.changes(), { ownReturn: true });
const traces = async ({ $client }: Site) =>
  (
    await $client.execute(
      "SELECT (SELECT count(*) FROM cards WHERE id = 'a') AS base, (SELECT count(*) FROM cards__crr_clock WHERE key_id = 'a') AS clock, (SELECT count(*) FROM cards__crr_cell WHERE key_id = 'a') AS cells, (SELECT count(*) FROM crr_pending WHERE key_1 = 'a') AS pending",
    )
  ).rows[0];

/** Two sites that both voted for card "a" and do not agree on its owner; card "b" stays. */
async function twoSites(client: Client) {
  const db = await openSite(schema, client);
  const peer = await openSite(schema);
  await db.insert(cards).values([
    { id: 'a', title: 'A', votes: 3 },
    { id: 'b', title: 'B', votes: 1, owner: 'Ada' },
  ]);
  await exchange(db, peer);
  await db
    .update(cards)
    .set({ owner: 'Ada', votes: increment(cards.votes) })
    .where(eq(cards.id, 'a'));
  await peer
    .update(cards)
    .set({ owner: 'Ben', votes: increment(cards.votes, 10) })
    .where(eq(cards.id, 'a'));
  await exchange(db, peer);
  return { db, peer };
}

describeEachEngine('a row with cells', (engine) => {
  test('goes with the cells of others, and comes back whole', async () => {
    const { db, peer } = await twoSites(await engine.open());
    const whole = await db.select().from(cards).orderBy(cards.id);
    const [version, conflicts] = [await db.$crr.version(), await db.$crr.conflicts(cards)];
    expect(conflicts).toMatchObject([
      { key: { id: 'a' }, values: [{ value: 'Ben' }, { value: 'Ada' }] },
    ]);
    await evict(db, 'a');
    // What this site wrote itself is kept, for the case that the row is written again.
    expect(await traces(db)).toEqual({ base: 0, clock: 1, cells: 2, pending: 0 });
    expect(await db.$crr.conflicts(cards)).toEqual([]);
    expect(await db.$crr.contributions(cards, { id: 'a' }, 'votes')).toEqual([]);
    expect(await db.select().from(cards).orderBy(cards.id)).toEqual(
      whole.filter(({ id }) => id === 'b'),
    );
    // Nobody else hears of it.
    expect((await db.$crr.changes({ since: version })).changes).toHaveLength(0);
    await pull(peer, db);
    expect(await db.select().from(cards).orderBy(cards.id)).toEqual(whole);
    expect(await db.$crr.conflicts(cards)).toEqual(conflicts);
    // And both go on.
    await db.update(cards).set({ votes: increment(cards.votes), owner: 'Cem' });
    await peer.update(cards).set({ votes: increment(cards.votes, 100) });
    await exchange(db, peer);
    for (const site of [db, peer]) {
      expect(await site.select().from(cards).orderBy(cards.id)).toEqual([
        { id: 'a', title: 'A', votes: 115, owner: 'Cem' },
        { id: 'b', title: 'B', votes: 102, owner: 'Cem' },
      ]);
      expect(await site.$crr.conflicts(cards)).toEqual([]);
    }
  });
});

test('what was not sent yet keeps the row and all its cells', async () => {
  const { db, peer } = await twoSites(memoryClient());
  const sent = await db.$crr.version();
  await db
    .update(cards)
    .set({ votes: increment(cards.votes) })
    .where(eq(cards.id, 'a'));
  await db.$crr.transport.merge([], {
    evict: {
      rows: ['a', 'b'].map((id) => ({ table: 'cards', pk: packKey([id]) })),
      sent: { cursor: sent, skip: [] },
    },
  });
  expect(await traces(db)).toMatchObject({ base: 1, clock: 1, cells: 4 });
  await pull(db, peer);
  await pull(peer, db);
  expect(await peer.select().from(cards).where(eq(cards.id, 'a'))).toMatchObject([{ votes: 15 }]);
});

test('comes back with what happened to it meanwhile: a delete, or another life', async () => {
  for (const reborn of [false, true]) {
    const a = await openSite(schema);
    const { db, peer } = { db: a, peer: await openSite(schema) };
    await db.insert(cards).values({ id: 'a', title: 'A', votes: 3, owner: 'Ada' });
    await exchange(db, peer);
    const late = (await db.$crr.changes()).changes.filter(({ cid }) => cid === 'votes');
    await evict(db, 'a');
    await peer.delete(cards);
    if (reborn) await peer.insert(cards).values({ id: 'a', title: 'again', votes: 1 });
    await pull(peer, db);
    // What it wrote in the former life comes back late, and is nothing to the new one.
    await db.$crr.transport.merge(late, { ownReturn: true });
    const rows = await peer.select().from(cards);
    expect(rows).toEqual(reborn ? [{ id: 'a', title: 'again', votes: 1, owner: null }] : []);
    expect(await db.select().from(cards).orderBy(cards.id)).toEqual(rows);
    await db
      .insert(cards)
      .values({ id: 'a', title: 'mine', votes: 7 })
      .onConflictDoUpdate({
        target: cards.id,
        set: { votes: increment(cards.votes, 7) },
      });
    await exchange(db, peer);
    expect(await peer.select().from(cards)).toEqual(
      await db.select().from(cards).orderBy(cards.id),
    );
    expect(await db.select().from(cards).orderBy(cards.id)).toMatchObject([
      { votes: reborn ? 8 : 7 },
    ]);
  }
});

test('written anew before it came back, it is one row in the end', async () => {
  const [db, peer] = [await openSite(schema), await openSite(schema)];
  await db.insert(cards).values({ id: 'a', title: 'A', votes: 3, owner: 'Ada' });
  await exchange(db, peer);
  await db.update(cards).set({ votes: increment(cards.votes, 20) });
  await peer.update(cards).set({ votes: increment(cards.votes, 100) });
  await exchange(db, peer);
  await evict(db, 'a');
  await db.insert(cards).values({ id: 'a', title: 'mine', votes: 1, owner: 'me' });
  await pull(peer, db);
  await pull(db, peer);
  await pull(peer, db);
  expect(await db.select().from(cards).orderBy(cards.id)).toEqual(await peer.select().from(cards));
  expect(await db.$crr.conflicts(cards)).toEqual(await peer.$crr.conflicts(cards));
  await db.update(cards).set({ votes: 5, owner: 'end' });
  await exchange(db, peer);
  for (const site of [db, peer]) {
    expect(await site.select().from(cards)).toMatchObject([{ votes: 5, owner: 'end' }]);
    expect(await site.$crr.conflicts(cards)).toEqual([]);
  }
});

test('what waited for the row goes with it', async () => {
  const [db, peer] = [await openSite(schema), await openSite(schema)];
  await peer.insert(cards).values({ id: 'a', title: 'A', votes: 3 });
  const { changes } = await peer.$crr.changes();
  await db.$crr.apply(changes.filter(({ cid }) => cid !== 'title'));
  expect(await db.$crr.pendingCount()).toBe(2);
  await evict(db, 'a', 'unheard of');
  expect(await traces(db)).toEqual({ base: 0, clock: 0, cells: 0, pending: 0 });
  await pull(peer, db);
  expect(await db.select().from(cards).orderBy(cards.id)).toMatchObject([{ title: 'A', votes: 3 }]);
});

const row = async (site: Site, id = 'a') =>
  (await site.select().from(cards).where(eq(cards.id, id)))[0];

/** A site that evicts card "a", to which it has added 5, and a peer that has everything. */
async function evictedCard() {
  const [db, peer] = [await openSite(schema), await openSite(schema)];
  await db.insert(cards).values({ id: 'a', title: 'A', votes: 1, owner: 'a' });
  await db.update(cards).set({ votes: increment(cards.votes, 4), owner: 'b' });
  await exchange(db, peer);
  await evict(db, 'a');
  return { db, peer };
}

test('written again and then returned, it has lost no increment and no register value', async () => {
  for (const isPushedFirst of [false, true]) {
    const { db, peer } = await evictedCard();
    await peer.update(cards).set({ votes: increment(cards.votes, 100) });
    await db.insert(cards).values({ id: 'a', title: 'A', votes: 2, owner: 'NEW' });
    // What it had added counts on, so the row shows it.
    expect(await row(db)).toMatchObject({ votes: 7, owner: 'NEW' });
    await db.update(cards).set({ votes: increment(cards.votes, 10) });
    if (isPushedFirst) await peer.$crr.apply(await db.$crr.changes());
    await pull(peer, db);
    await peer.$crr.apply(await db.$crr.changes());
    for (const site of [db, peer]) {
      expect(await row(site)).toMatchObject({ votes: 117, owner: 'NEW' });
      expect(await site.$crr.conflicts(cards)).toEqual([]);
    }
    const shares = async (site: Site) =>
      (await site.$crr.contributions(cards, { id: 'a' }, 'votes')).map(({ value }) => value).sort();
    expect(await shares(db)).toEqual([100n, 17n]);
    expect(await shares(peer)).toEqual([100n, 17n]);
  }
});

test('written again, evicted again and written again, its shares add up', async () => {
  const { db, peer } = await evictedCard();
  for (let round = 0; round < 3; round++) {
    await db.insert(cards).values({ id: 'a', title: 'A', votes: 10, owner: `round ${round}` });
    await peer.$crr.apply(await db.$crr.changes());
    await evict(db, 'a');
    await evict(db, 'a');
  }
  await pull(peer, db);
  for (const site of [db, peer]) {
    expect(await row(site)).toMatchObject({ votes: 35, owner: 'round 2' });
  }
});

test('written again in a later life, it goes on in that life', async () => {
  const [db, peer] = [await openSite(schema), await openSite(schema)];
  await db.insert(cards).values({ id: 'a', title: 'A', votes: 1 });
  await db.delete(cards);
  await db.insert(cards).values({ id: 'a', title: 'B', votes: 5 });
  await peer.$crr.apply(await db.$crr.changes());
  await evict(db, 'a');
  await db.insert(cards).values({ id: 'a', title: 'C', votes: 2 });
  await peer.$crr.apply(await db.$crr.changes());
  expect(await row(peer)).toMatchObject({ title: 'C', votes: 7 });
});

test('a row that another gets the key of adds to its share as well', async () => {
  const { db, peer } = await evictedCard();
  await db.insert(cards).values({ id: 'b', title: 'B', votes: 20 });
  await db.update(cards).set({ id: 'a' });
  expect(await row(db)).toMatchObject({ votes: 25 });
  await pull(peer, db);
  await peer.$crr.apply(await db.$crr.changes());
  for (const site of [db, peer]) expect(await row(site)).toMatchObject({ votes: 25 });
});

test('written again under a new site id, each id has its share', async () => {
  const { db, peer } = await evictedCard();
  await db.$crr.rotateSiteId();
  await db.insert(cards).values({ id: 'a', title: 'A', votes: 2, owner: 'NEW' });
  await pull(peer, db);
  await peer.$crr.apply(await db.$crr.changes());
  for (const site of [db, peer]) expect(await row(site)).toMatchObject({ votes: 7 });
  expect(await db.$crr.conflicts(cards)).toEqual(await peer.$crr.conflicts(cards));
});

test('returned by a peer that lacks what this site added, it shows and keeps that', async () => {
  const { db, peer } = await evictedCard();
  const own = await db.$crr.siteId();
  const { changes } = await peer.$crr.changes();
  const others = changes.filter(({ site_id }) => !Buffer.from(site_id).equals(Buffer.from(own)));
  expect(others).toEqual([]);
  await peer.update(cards).set({ title: 'of the peer' });
  await db.$crr.apply(await peer.$crr.changes({ excludeSite: own }));
  expect(await row(db)).toMatchObject({ title: 'of the peer', votes: 5, owner: 'b' });
  await db.update(cards).set({ votes: increment(cards.votes) });
  await peer.$crr.apply(await db.$crr.changes());
  expect(await row(peer)).toMatchObject({ votes: 6 });
});

test('an insert that would take the share beyond what a counter shows is refused', async () => {
  const client = memoryClient({ intMode: 'bigint' });
  const db = await openSite(schema, client);
  await client.execute("INSERT INTO cards (id, title, votes) VALUES ('a', 'A', 9007199254740991)");
  await evict(db, 'a');
  const insert = db.insert(cards).values({ id: 'a', title: 'A', votes: 1 });
  await expect(insert.run().catch((error) => Promise.reject(explainError(error)))).rejects.toThrow(
    expect.objectContaining({ code: 'CRR_DATABASE_COUNTER_OVERFLOW' }),
  );
  expect(await db.select().from(cards)).toEqual([]);
});

test('its shares follow a column that is renamed meanwhile', async () => {
  const { db, peer } = await evictedCard();
  const renamed = crrTable('cards', {
    id: text('id').primaryKey().notNull(),
    title: text('title').notNull(),
    points: counter('points'),
    owner: mvr(text('owner')),
  });
  for (const site of [db, peer]) {
    await site.$client.execute('ALTER TABLE cards RENAME COLUMN votes TO points');
  }
  const [after, peerAfter] = [await migrate(db, renamed), await migrate(peer, renamed)];
  await after.insert(renamed).values({ id: 'a', title: 'A', points: 2, owner: 'NEW' });
  await peerAfter.$crr.apply(await after.$crr.changes());
  expect(await peerAfter.select().from(renamed)).toMatchObject([{ points: 7, owner: 'NEW' }]);
});

/** A server that shows a device its own rows only. */
async function device() {
  const days = crrTable('days', {
    id: text('id').primaryKey().notNull(),
    user: text('user'),
    votes: counter('votes'),
    tag: mvr(text('tag')),
  });
  const [server, db] = [await openSite({ days }), await openSite({ days })];
  const handler = createSyncHandler({
    db: server,
    authorize: () => ({ id: 'ann', tables: { days: { where: eq(days.user, 'ann') } } }),
  });
  const sync = () => createSync({ db, fetch: handler, retry: { attempts: 1 } }).sync();
  await db.insert(days).values({ id: 'day', user: 'ann', votes: 1, tag: 'a' });
  await db.update(days).set({ votes: increment(days.votes, 4), tag: 'b' });
  await sync();
  await server.update(days).set({ user: 'ben' });
  return { days, server, db, sync };
}

test('a row that leaves and comes back by sync has what its device wrote meanwhile', async () => {
  const { days, server, db, sync } = await device();
  await sync();
  expect(await db.select().from(days)).toEqual([]);
  await db.insert(days).values({ id: 'day', user: 'ann', votes: 2, tag: 'NEW' });
  await server.update(days).set({ user: 'ann' });
  for (let i = 0; i < 2; i++) await sync();
  for (const site of [db, server]) {
    expect(await site.select().from(days)).toMatchObject([{ votes: 7, tag: 'NEW' }]);
  }
});

test('increments that a server refused as it took the row away count when it returns the row', async () => {
  for (const isWrittenAgain of [false, true]) {
    const { days, server, db, sync } = await device();
    await db.update(days).set({ votes: increment(days.votes, 10), tag: 'refused' });
    expect(await sync()).toMatchObject({ refused: 1 });
    expect(await db.select().from(days)).toEqual([]);
    const more = isWrittenAgain ? 2 : 0;
    if (isWrittenAgain) {
      await db.insert(days).values({ id: 'day', user: 'ann', votes: more, tag: 'refused' });
      await sync();
    }
    await server.update(days).set({ user: 'ann' });
    for (let i = 0; i < 2; i++) await sync();
    for (const site of [db, server]) {
      expect(await site.select().from(days)).toMatchObject([{ votes: 15 + more, tag: 'refused' }]);
    }
    const version = await server.$crr.version();
    await sync();
    expect(await server.$crr.version()).toBe(version);
  }
});
