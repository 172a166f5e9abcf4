/**
 * Rows that enter and leave what a client may see, with every type of column: random histories, with
 * seeds (CRR_SEED and CRR_PARTIAL set them), and the cases that they are made of.
 */

import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { increment } from '../../../src/index.js';
import { createSync, createSyncHandler, type TableAccess } from '../../../src/sync/index.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../../support/random.js';
import { registerConflicts } from '../../support/site.js';
import { type Board, card, cards, cardsOf, openBoard } from '../board.js';

const HISTORIES = numberFromEnv('CRR_PARTIAL', 6);

const syncOf = (server: Board, site: Board, owner: string, more: TableAccess = {}) =>
  createSync({
    db: site.db,
    retry: { attempts: 1 },
    chunkBytes: 600,
    fetch: createSyncHandler({
      db: server.db,
      authorize: () => ({
        id: owner,
        tables: { cards: { where: eq(cards.owner, owner), ...more } },
      }),
      onError: (error) => console.error(error),
    }),
  });

const mine = async (server: Board, owner: string) =>
  (await cardsOf(server)).filter((row) => row.owner === owner);

async function opened() {
  const [server, ann] = [await openBoard(), await openBoard()];
  await server.db.insert(cards).values(card('1', { votes: 5, status: 'new', edited: 'x' }));
  const sync = syncOf(server, ann, 'ann');
  await sync.sync();
  const giveTo = (owner: string) => server.db.update(cards).set({ owner });
  return { server, ann, sync, giveTo };
}

describe('a key that a client uses while somebody else has it', () => {
  test.each([1, 2, 3])('and whose row is in life %i when it is refused', async (lives) => {
    const [server, ann] = [await openBoard(), await openBoard()];
    await server.db.insert(cards).values(card('1', { owner: 'bob', votes: 7 }));
    for (let life = 1; life <= lives; life++) {
      if (life % 2 === 0) await ann.db.delete(cards);
      else await ann.db.insert(cards).values(card('1', { votes: 5 }));
    }
    const sync = syncOf(server, ann, 'ann');
    expect((await sync.sync()).refusedRows).toMatchObject([{ key: { id: '1' }, dropped: true }]);
    expect(await cardsOf(ann)).toEqual([]);
    // What was refused must not win over the row when it is there.
    await server.db.update(cards).set({ owner: 'ann' });
    await sync.sync();
    await sync.sync();
    expect(await cardsOf(ann)).toEqual(await cardsOf(server));
  });
});

test('a delete that has waited for a row, and is refused when somebody else creates it, is undone', async () => {
  const [server, ann] = [await openBoard(), await openBoard()];
  await ann.db.insert(cards).values(card('1'));
  await ann.db.delete(cards);
  const sync = syncOf(server, ann, 'ann');
  expect(await sync.sync()).toMatchObject({ pushed: 1, refused: 0 });
  await server.db.insert(cards).values(card('1', { owner: 'bob' }));
  await ann.db.insert(cards).values(card('2'));
  expect((await sync.sync()).refusedRows).toMatchObject([{ key: { id: '1' }, dropped: true }]);
  await server.db.update(cards).set({ owner: 'ann' });
  await sync.sync();
  expect(await cardsOf(ann)).toEqual(await cardsOf(server));
});

test('what was refused of a row that is hidden in a later sync is offered again when the row is back', async () => {
  const { server, ann, giveTo } = await opened();
  const sync = syncOf(server, ann, 'ann', { readOnly: ['edited'] });
  const set = { votes: increment(cards.votes, 3), status: 'mine', edited: 'y' };
  await ann.db.update(cards).set(set);
  await sync.sync();
  await giveTo('bob');
  expect(await sync.sync()).toMatchObject({ hidden: 1 });
  expect(await cardsOf(ann)).toEqual([]);
  await giveTo('ann');
  await sync.sync();
  const { refusedRows } = await sync.sync();
  // Refused and said so, or taken.
  if (refusedRows.length === 0) expect(await cardsOf(ann)).toEqual(await cardsOf(server));
  await ann.db.update(cards).set({ title: 'again' });
  await sync.sync();
  await sync.sync();
  expect(await cardsOf(ann)).toEqual(await cardsOf(server));
});

test('what was refused of a row that is hidden in the same sync is gone with it', async () => {
  const { server, ann, giveTo } = await opened();
  const sync = syncOf(server, ann, 'ann', { readOnly: ['edited'] });
  await ann.db.delete(cards);
  await ann.db.insert(cards).values(card('1', { votes: 9, status: 'mine', edited: 'y' }));
  await giveTo('bob');
  expect(await sync.sync()).toMatchObject({
    hidden: 1,
    refusedRows: [{ key: { id: '1' }, code: 'CRR_CHANGE_COLUMN_REFUSED' }],
  });
  expect(await cardsOf(ann)).toEqual([]);
  // The server's row comes back in the life that the client's was in.
  await server.db.delete(cards);
  await server.db.insert(cards).values(card('1', { votes: 2, status: 'theirs' }));
  await sync.sync();
  await sync.sync();
  expect(await cardsOf(ann)).toEqual(await cardsOf(server));
  expect(await registerConflicts(ann.db, cards)).toEqual([]);
});

test('a row that was refused, and is hidden in the same answer, is dropped once', async () => {
  const { server, ann, sync, giveTo } = await opened();
  await ann.db.update(cards).set({ votes: increment(cards.votes, 3) });
  await sync.sync();
  await ann.db.update(cards).set({ votes: increment(cards.votes, 10), status: 'mine' });
  await giveTo('bob');
  expect(await sync.sync()).toMatchObject({ hidden: 1, refused: 1 });
  expect(await cardsOf(ann)).toEqual([]);
  await giveTo('ann');
  await sync.sync();
  await sync.sync();
  expect(await cardsOf(ann)).toMatchObject([{ votes: 18 }]);
  expect(await cardsOf(ann)).toEqual(await cardsOf(server));
  // What it had overwritten left with the row and is back: both are kept.
  expect(await registerConflicts(ann.db, cards)).toMatchObject([
    { values: [{ value: 'new' }, { value: 'mine' }] },
  ]);
});

describe('counters and registers', () => {
  test('go with their row and come back with it, this site’s own share too', async () => {
    const { server, ann, sync, giveTo } = await opened();
    await ann.db.update(cards).set({ votes: increment(cards.votes, 3), status: 'mine' });
    await sync.sync();
    await giveTo('bob');
    await sync.sync();
    expect(await cardsOf(ann)).toEqual([]);
    // Only what it added itself is left, for the case that it writes the row again.
    const left = await ann.client.execute(
      'SELECT count(*), sum(site = (SELECT site FROM crr_state)) FROM cards__crr_cell',
    );
    expect(Array.from(left.rows[0]!, Number)).toEqual([2, 2]);
    await server.db.update(cards).set({ votes: increment(cards.votes, 10) });
    await giveTo('ann');
    await sync.sync();
    expect(await cardsOf(ann)).toMatchObject([{ votes: 18, status: 'mine' }]);
    // Its share counts on from where it was, and its next value settles the one from before.
    await ann.db.update(cards).set({ votes: increment(cards.votes), status: 'again' });
    await sync.sync();
    expect(await cardsOf(server)).toMatchObject([{ votes: 19, status: 'again' }]);
    expect(await server.crr.conflicts(cards)).toEqual([]);
    expect(await cardsOf(ann)).toEqual(await cardsOf(server));
  });

  test('a row with increments that were not sent goes when they are', async () => {
    const { server, ann, sync, giveTo } = await opened();
    const open = syncOf(server, ann, 'ann', { writeWhere: 'all' });
    await ann.db.update(cards).set({ votes: increment(cards.votes, 2) });
    await giveTo('bob');
    await open.sync();
    await open.sync();
    expect(await cardsOf(ann)).toEqual([]);
    expect(await cardsOf(server)).toMatchObject([{ votes: 7, owner: 'bob' }]);
    await giveTo('ann');
    await sync.sync();
    expect(await cardsOf(ann)).toEqual(await cardsOf(server));
  });

  test('a row goes whose write has lost to one that the client may not see', async () => {
    const { server, ann } = await opened();
    const open = syncOf(server, ann, 'ann', { writeWhere: 'all' });
    await open.sync();
    await server.db.insert(cards).values(card('2', { owner: 'bob', title: 'z' }));
    await open.sync();
    await ann.db.insert(cards).values(card('2', { owner: 'ann', title: 'a' }));
    await open.sync();
    expect(await cardsOf(ann)).toEqual(await mine(server, 'ann'));
    expect(await cardsOf(server)).toMatchObject([{ id: '1' }, { id: '2', owner: 'bob' }]);
  });

  test('several values of a register come back as several', async () => {
    const { server, ann, sync, giveTo } = await opened();
    await ann.db.update(cards).set({ status: 'by ann' });
    await server.db.update(cards).set({ status: 'by the server' });
    await sync.sync();
    expect(await ann.crr.conflicts(cards)).toHaveLength(1);
    await giveTo('bob');
    await sync.sync();
    await giveTo('ann');
    await sync.sync();
    const values = (site: Board) => registerConflicts({ $crr: site.crr }, cards);
    expect(await values(ann)).toEqual(await values(server));
    expect((await values(ann))[0]!.values).toHaveLength(2);
  });
});

async function write(site: Board, random: Random, owners: readonly string[]) {
  const id = String(random.int(12));
  const set = (values: object) => site.db.update(cards).set(values).where(eq(cards.id, id));
  switch (random.int(7)) {
    case 0:
      return site.db
        .insert(cards)
        .values(card(id, { owner: random.pick(owners) }))
        .onConflictDoNothing();
    case 1:
      return site.db.delete(cards).where(eq(cards.id, id));
    case 2:
      return set({ votes: increment(cards.votes, random.int(9) - 4) });
    case 3:
      return set({ status: random.pick(['open', 'done', 'late']) });
    case 4:
      return set({ edited: `e${random.int(99)}` });
    case 5:
      return set({ owner: random.pick(owners) });
    default:
      return set({ title: `t${random.int(99)}` });
  }
}

test.each(Array.from({ length: HISTORIES }, (_, i) => i))(
  'history %i: in the end each has the rows that are theirs, and no others',
  async (index) => {
    const random = new Random(hash(seedFromEnv(), 'partial', index));
    const server = await openBoard();
    const users = ['ann', 'bob'];
    const sites = [await openBoard(), await openBoard(), await openBoard()];
    const ownerOf = (i: number) => users[i % 2]!;
    const sync = (i: number) => syncOf(server, sites[i]!, ownerOf(i)).sync();
    for (let round = 0; round < 15; round++) {
      for (let n = random.int(4); n > 0; n--) await write(server, random, users);
      for (const [i, site] of sites.entries()) {
        for (let n = random.int(3); n > 0; n--) await write(site, random, [ownerOf(i)]);
        if (random.chance(0.7)) await sync(i);
      }
    }
    for (let round = 0; round < 3; round++) for (const i of sites.keys()) await sync(i);
    for (const [i, site] of sites.entries()) {
      expect(await cardsOf(site)).toEqual(await mine(server, ownerOf(i)));
      expect(await sync(i)).toMatchObject({ pushed: 0, pulled: 0, requests: 1 });
    }
  },
);
