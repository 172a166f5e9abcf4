/** Forgetting deletes, in one database and between databases that exchange changes by hand. */
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { cards, openBoard } from '../sync/board.js';
import { changesOf } from '../sync/feed.js';
import { note, notes, openSite, type Site } from '../sync/world.js';

const tombstonesIn = async ({ client }: Pick<Site, 'client'>, table = 'notes') => {
  const sql = `SELECT count(*) FROM ${table}__crr_clock WHERE causal_length % 2 = 0`;
  return Number((await client.execute(sql)).rows[0]![0]);
};

const stateOf = async ({ client }: Pick<Site, 'client'>) =>
  (await client.execute('SELECT horizon, birth FROM crr_state, crr_history')).rows[0];

const rowsOf = ({ db }: Pick<Site, 'db'>) => db.select().from(notes).orderBy(notes.id);

const remove = (site: Site, id: string) => site.db.delete(notes).where(eq(notes.id, id));

test('a database that knows no peer needs to be told how far', async () => {
  const a = await openSite();
  await a.db.insert(notes).values(note('1'));
  await remove(a, '1');
  await expect(a.crr.compact()).rejects.toMatchObject({
    code: 'CRR_USAGE_OPTION',
    message: expect.stringContaining('pass upTo'),
  });
  expect(await a.crr.compact({ upTo: 100 })).toMatchObject({ tombstones: 1, heldBackBy: [] });
  expect(await tombstonesIn(a)).toBe(0);
});

test('misspelt options and those out of range are refused', async () => {
  const { crr } = await openSite();
  await expect(async () => crr.compact({ upto: 3 } as never)).rejects.toMatchObject({
    message: 'compact() has no option "upto": did you mean "upTo"?',
  });
  for (const options of [{ upTo: -1 }, { limit: 0 }, { peerExpiry: 1.5 }]) {
    await expect(crr.compact(options)).rejects.toMatchObject({ code: 'CRR_USAGE_OPTION' });
  }
});

test('deletes after upTo stay', async () => {
  const a = await openSite();
  await a.db.insert(notes).values([note('1'), note('2')]);
  await remove(a, '1');
  const upTo = await a.crr.version();
  await remove(a, '2');
  expect(await a.crr.compact({ upTo })).toMatchObject({ tombstones: 1, upTo });
  expect(await tombstonesIn(a)).toBe(1);
  expect(await stateOf(a)).toMatchObject({ horizon: upTo, birth: 3 });
});

test('it works in steps, and goes on where it was interrupted', async () => {
  const a = await openSite();
  await a.db.insert(notes).values(Array.from({ length: 10 }, (_, i) => note(`n${i}`)));
  await a.db.delete(notes);
  await a.db.insert(notes).values(note('x'));
  const steps: number[] = [];
  const interrupted = a.crr.compact({
    upTo: 1_000,
    limit: 3,
    onProgress({ tombstones }) {
      steps.push(tombstones);
      if (tombstones === 6) throw new Error('the process ends');
    },
  });
  await expect(interrupted).rejects.toThrow('the process ends');
  expect(steps).toEqual([3, 6]);
  expect(await tombstonesIn(a)).toBe(4);
  expect(await a.crr.compact({ upTo: 1_000, limit: 3 })).toMatchObject({ tombstones: 4 });
  expect(await a.crr.compact({ upTo: 1_000 })).toMatchObject({ tombstones: 0 });
  expect((await a.db.select().from(notes)).map(({ id }) => id)).toEqual(['x']);
});

test('a reader from before the horizon is refused, and one from 0 is not', async () => {
  const a = await openSite();
  await a.db.insert(notes).values([note('1'), note('2')]);
  const since = await a.crr.version();
  await remove(a, '1');
  await a.crr.compact({ upTo: 1_000 });
  await expect(async () => a.crr.changes({ since })).rejects.toMatchObject({
    code: 'CRR_DATABASE_HORIZON',
    message: expect.stringContaining('Read from 0'),
  });
  const { changes, cursor } = await a.crr.changes();
  expect(new Set(changes.map(({ pk }) => pk.join()))).toHaveLength(1);
  expect(await a.crr.changes({ since: cursor })).toMatchObject({ changes: [] });
});

test('a reader from 0 goes on with its cursor, unless something is forgotten while it reads', async () => {
  const a = await openSite();
  await a.db.insert(notes).values([note('1'), note('2')]);
  await remove(a, '1');
  await a.crr.compact({ upTo: 1_000 });
  await a.db.insert(notes).values([note('3'), note('4'), note('5')]);
  const first = await a.crr.changes({ limit: 5 });
  expect(first.cursor).toMatchObject({ since: 0, after: { horizon: 3 } });
  const second = await a.crr.changes({ since: first.cursor, limit: 5 });
  expect(second.changes).not.toEqual([]);
  await remove(a, '2');
  await a.crr.compact({ upTo: 1_000 });
  await expect(async () => a.crr.changes({ since: second.cursor })).rejects.toMatchObject({
    code: 'CRR_DATABASE_HORIZON',
  });
});

test('a delete of this database that it has forgotten is no forgery when others return it', async () => {
  const [a, b] = [await openSite(), await openSite()];
  await a.db.insert(notes).values([note('1'), note('2')]);
  await remove(a, '1');
  await b.crr.apply(await changesOf(a));
  await a.crr.compact({ upTo: await a.crr.version() });
  await a.db.insert(notes).values(note('1', { body: 'new' }));
  await a.crr.apply(await changesOf(b));
  await b.crr.apply(await changesOf(a));
  expect(await rowsOf(a)).toMatchObject([{ id: '1', body: 'new' }, { id: '2' }]);
  expect(await rowsOf(b)).toEqual(await rowsOf(a));
  // What it never wrote is one all the same.
  const [forged] = (await changesOf(a)).filter(({ cid }) => cid === 'body');
  await expect(a.crr.apply([{ ...forged!, col_version: 9, val: 'forged' }])).rejects.toMatchObject({
    code: 'CRR_CHANGE_FORGED',
  });
});

test('a row that is created again wins over tombstones that others still have', async () => {
  const [a, b] = [await openSite(), await openSite()];
  await a.db.insert(notes).values([note('1'), note('2')]);
  await b.crr.apply(await a.crr.changes());
  await remove(a, '1');
  await b.crr.apply(await a.crr.changes());
  expect(await tombstonesIn(b)).toBe(1);
  await a.crr.compact({ upTo: 1_000 });
  await a.db.insert(notes).values(note('1', { body: 'again' }));
  await a.db.update(notes).set({ id: '9' }).where(eq(notes.id, '2'));
  await b.crr.apply(await a.crr.changes());
  expect(await rowsOf(b)).toEqual(await rowsOf(a));
  await b.db.update(notes).set({ stars: 5 }).where(eq(notes.id, '1'));
  await a.crr.apply(await b.crr.changes());
  expect(await rowsOf(b)).toEqual(await rowsOf(a));
});

test('rows that began with a later life are deleted, replaced and created again like others', async () => {
  const [a, b] = [await openSite(), await openSite()];
  await a.db.insert(notes).values(note('1'));
  await remove(a, '1');
  await a.crr.compact({ upTo: 1_000 });
  await a.db.insert(notes).values([note('1'), note('2'), note('3')]);
  await a.client.execute("INSERT OR REPLACE INTO notes (id, body) VALUES ('2', 'replaced')");
  await remove(a, '3');
  await a.db.insert(notes).values(note('3', { body: 'third' }));
  await remove(a, '1');
  await b.crr.apply(await a.crr.changes());
  expect(await rowsOf(b)).toEqual(await rowsOf(a));
  const lives = new Set((await changesOf(a)).map(({ cl }) => cl));
  expect(lives).toEqual(new Set([4, 5]));
});

test('counters and registers of living rows stay, and begin anew with a new life', async () => {
  const [a, b] = [await openBoard(), await openBoard()];
  await a.db.insert(cards).values([
    { id: '1', owner: 'ann', votes: 3, status: 'x' },
    { id: '2', owner: 'ann', votes: 4, status: 'y' },
  ]);
  await a.db.delete(cards).where(eq(cards.id, '1'));
  await b.crr.apply(await a.crr.changes());
  await a.crr.compact({ upTo: 1_000 });
  await a.db.insert(cards).values({ id: '1', owner: 'ann', votes: 1 });
  await b.crr.apply(await a.crr.changes());
  await b.db.update(cards).set({ votes: 11 }).where(eq(cards.id, '1'));
  await a.crr.apply(await b.crr.changes());
  const votes = async ({ db }: typeof a) =>
    (await db.select().from(cards)).map((card) => [card.id, card.votes, card.status]).sort();
  expect(await votes(a)).toEqual([
    ['1', 11, null],
    ['2', 4, 'y'],
  ]);
  expect(await votes(b)).toEqual(await votes(a));
});

test('changes that wait for a row of an earlier life are forgotten with it', async () => {
  const [a, b] = [await openBoard(), await openBoard()];
  await a.db.insert(cards).values({ id: '1', owner: 'ann' });
  const early = await a.crr.changes();
  const unknown = early.changes.map((change) => ({ ...change, cid: 'later', col_version: 1 }));
  await b.crr.transport.merge(unknown.slice(0, 1), { source: { id: 'somebody' } });
  await a.db.delete(cards).where(eq(cards.id, '1'));
  await b.crr.apply(await a.crr.changes());
  expect(await b.crr.pendingCount()).toBe(1);
  expect(await b.crr.compact({ upTo: 1_000 })).toMatchObject({ tombstones: 1, pending: 1 });
  expect(await b.crr.pendingCount()).toBe(0);
});

test('rows that were there before the bookkeeping begin with the present causal length', async () => {
  const a = await openSite();
  await a.db.insert(notes).values(note('1'));
  await remove(a, '1');
  await a.crr.compact({ upTo: 1_000 });
  for (const event of ['insert', 'update', 'delete', 'key']) {
    await a.client.execute(`DROP TRIGGER IF EXISTS notes__crr_${event}`);
  }
  await a.client.execute("INSERT INTO notes (id, body) VALUES ('1', 'unseen')");
  await a.crr.install();
  expect(new Set((await changesOf(a)).map(({ cl }) => cl))).toEqual(new Set([3]));
});

test('compacting a database without deletes writes no horizon', async () => {
  const a = await openSite();
  await a.db.insert(notes).values(note('1'));
  await a.crr.compact({ upTo: 1_000 });
  expect(await stateOf(a)).toMatchObject({ horizon: 0, birth: 1 });
});
