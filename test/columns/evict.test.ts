/** Rows with cells that this database no longer gets to see, and gets to see again. */
import type { Client } from '@libsql/client';
import { eq } from 'drizzle-orm';
import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { counter, crrTable, increment, mvr, packKey } from '../../src/index.js';
import { memoryClient } from '../support/client.js';
import { describeEachEngine } from '../support/engines.js';
import { exchange, openSite } from '../support/site.js';

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
  test('goes without a trace, and comes back whole', async () => {
    const { db, peer } = await twoSites(await engine.open());
    const whole = await db.select().from(cards).orderBy(cards.id);
    const [version, conflicts] = [await db.$crr.version(), await db.$crr.conflicts(cards)];
    expect(conflicts).toMatchObject([
      { key: { id: 'a' }, values: [{ value: 'Ben' }, { value: 'Ada' }] },
    ]);
    await evict(db, 'a');
    expect(await traces(db)).toEqual({ base: 0, clock: 0, cells: 0, pending: 0 });
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
