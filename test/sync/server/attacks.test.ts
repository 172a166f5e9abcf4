/**
 * What a client with limited rights may try. Each attempt is answered with its status and code,
 * changes nothing, and everybody else's sync goes on.
 */
import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, test } from 'vitest';
import { wireOffset } from '../../../src/columns/versions.js';
import { increment, packKey } from '../../../src/index.js';
import type { Change } from '../../../src/model/change.js';
import {
  type Authorization,
  createSync,
  createSyncHandler,
  type SyncHandler,
  type TableAccess,
} from '../../../src/sync/index.js';
import { binaryCodec } from '../../../src/sync/wire/binary-codec.js';
import { type Board, card, cards, cardsOf, openBoard } from '../board.js';
import { changesOf } from '../feed.js';

let server: Board;
let ann: Board;
let mallory: Board;

const as = (id: string, access: TableAccess | true = true, more: Partial<Authorization> = {}) =>
  createSyncHandler({
    db: server.db,
    authorize: () => ({ id, tables: { cards: access }, ...more }),
    onError: (error) => console.error(error),
  });
const rowsOf = (id: string, more: TableAccess = {}) =>
  as(id, { where: eq(cards.owner, id), ...more });
const syncOf = (site: Board, handler: SyncHandler) =>
  createSync({ db: site.db, fetch: handler, retry: { attempts: 1 } });

beforeEach(async () => {
  [server, ann, mallory] = [await openBoard(), await openBoard(), await openBoard()];
  await ann.db.insert(cards).values([card('a1', { status: 'open' }), card('a2')]);
  await syncOf(ann, rowsOf('ann')).sync();
});

/** `col_version` is that of the cell; on the wire it tells the column's kind, too. */
const change = async (
  site: Board,
  { cid = 'title', col_version = 9, ...more }: Partial<Change>,
): Promise<Change> => ({
  table: 'cards',
  pk: packKey(['a1']),
  cid,
  val: 'forged',
  col_version: Math.min(col_version + (OFFSETS[cid] ?? 0), Number.MAX_SAFE_INTEGER),
  db_version: 9,
  site_id: await site.crr.siteId(),
  cl: 1,
  seq: 0,
  ...more,
});
const OFFSETS: Readonly<Record<string, number>> = {
  votes: wireOffset({ kind: { type: 'counter' } }),
  status: wireOffset({ kind: { type: 'mvr' } }),
};

/** Pushes changes as `from`'s site, as no honest client would. */
async function push(handler: SyncHandler, from: Board, changes: readonly Change[]) {
  const siteId = await from.crr.siteId();
  const push = { changes, through: 0 };
  const body = await binaryCodec.encodeRequest({ siteId, schema: '', push });
  const headers = { 'content-type': binaryCodec.contentType, accept: 'application/json' };
  const response = await handler(new Request('http://x/', { method: 'POST', body, headers }));
  const json = (await response.json()) as {
    error?: { code: string };
    pushed?: { pending: number; cellsWon: number };
    refused?: { table: string; pk: string; drop: boolean; code: string }[];
  };
  return { status: response.status, code: json.error?.code, ...json };
}

/** The attempt is refused, the server is as it was, and its owner's sync finds nothing. */
async function refused(
  attempt: () => Promise<{ status: number; code: string | undefined }>,
  status: number,
  code: string,
) {
  const before = [await cardsOf(server), await changesOf(server)];
  expect(await attempt()).toMatchObject({ status, code });
  expect([await cardsOf(server), await changesOf(server)]).toEqual(before);
  expect(await server.crr.pendingCount()).toBe(0);
  expect(await syncOf(ann, rowsOf('ann')).sync()).toMatchObject({ pulled: 0, hidden: 0 });
}

/** The attempt is answered with the rows that were left out, and otherwise like {@link refused}. */
async function leftOut(attempt: () => ReturnType<typeof push>, code: string) {
  const before = [await cardsOf(server), await changesOf(server)];
  expect(await attempt()).toMatchObject({ status: 200, refused: [{ table: 'cards', code }] });
  expect([await cardsOf(server), await changesOf(server)]).toEqual(before);
  expect(await server.crr.pendingCount()).toBe(0);
  expect(await syncOf(ann, rowsOf('ann')).sync()).toMatchObject({ pulled: 0, hidden: 0 });
}

describe('rows outside of where', () => {
  test('are not changed, taken over, deleted or brought back to life: they are left out', async () => {
    const handler = rowsOf('mallory');
    const tries: Partial<Change>[] = [
      { cid: 'title' },
      { cid: 'owner', val: 'mallory' },
      { cid: '-1', val: null, cl: 2, col_version: 2 },
      { cid: 'owner', val: 'mallory', cl: 3, col_version: 1 },
      { cid: 'votes', val: -1_000n },
      { cid: 'status', val: 'mine', col_version: 8 },
      { cid: 'status', val: null, col_version: 9, site_id: await ann.crr.siteId() },
    ];
    for (const one of tries) {
      const attempt = async () => push(handler, mallory, [await change(mallory, one)]);
      await leftOut(attempt, 'CRR_CHANGE_ROW_REFUSED');
    }
  });

  test('are not made; nor is a row of their own given to somebody else', async () => {
    const handler = rowsOf('mallory');
    const key = packKey(['m1']);
    const plant = async () =>
      push(handler, mallory, [await change(mallory, { pk: key, cid: 'owner', val: 'ann' })]);
    await leftOut(plant, 'CRR_CHANGE_ROW_REFUSED');
    const unowned = async () => push(handler, mallory, [await change(mallory, { pk: key })]);
    await leftOut(unowned, 'CRR_CHANGE_ROW_REFUSED');
    await mallory.db.insert(cards).values(card('m1', { owner: 'mallory' }));
    await syncOf(mallory, handler).sync();
    await mallory.db.update(cards).set({ owner: 'ann' });
    const code = 'CRR_CHANGE_ROW_REFUSED';
    expect(await syncOf(mallory, handler).sync()).toMatchObject({
      refused: 1,
      refusedRows: [{ table: 'cards', key: { id: 'm1' }, code, dropped: false }],
    });
    // It is the client's to take back.
    await mallory.db.update(cards).set({ owner: 'mallory', title: 'kept' });
    expect(await syncOf(mallory, handler).sync()).toMatchObject({ refused: 0 });
    expect((await cardsOf(server)).find(({ id }) => id === 'm1')).toMatchObject({
      owner: 'mallory',
      title: 'kept',
    });
  });

  test('one such row does not stop the others; the answer names it', async () => {
    const own = { pk: packKey(['m1']), cid: 'owner', val: 'mallory' };
    const given = { pk: packKey(['m2']), cid: 'owner', val: 'ann' };
    const changes = await Promise.all([own, {}, given].map((one) => change(mallory, one)));
    const answer = await push(rowsOf('mallory'), mallory, changes);
    const code = 'CRR_CHANGE_ROW_REFUSED';
    const row = (key: string, drop: boolean) => ({
      table: 'cards',
      pk: Buffer.from(packKey([key])).toString('hex'),
      drop,
      code,
    });
    expect(answer).toMatchObject({ status: 200, refused: [row('a1', true), row('m2', false)] });
    expect((await cardsOf(server)).map(({ id, owner }) => [id, owner])).toEqual([
      ['a1', 'ann'],
      ['a2', 'ann'],
      ['m1', 'mallory'],
    ]);
  });

  test('an honest client whose row left meanwhile sends the rest, and drops that row', async () => {
    const sync = syncOf(ann, rowsOf('ann'));
    await server.db.update(cards).set({ owner: 'bob' }).where(eq(cards.id, 'a1'));
    await ann.db.update(cards).set({ title: 'too late' }).where(eq(cards.id, 'a1'));
    await ann.db.update(cards).set({ title: 'in time' }).where(eq(cards.id, 'a2'));
    expect(await sync.sync()).toMatchObject({ refused: 1 });
    expect(await cardsOf(ann)).toMatchObject([{ id: 'a2', title: 'in time' }]);
    expect(await cardsOf(server)).toMatchObject([
      { id: 'a1', owner: 'bob', title: 'title of a1' },
      { id: 'a2', title: 'in time' },
    ]);
    expect(await sync.sync()).toMatchObject({ pushed: 0, pulled: 0, refused: 0, requests: 1 });
    // It comes back whole when it is hers again.
    await server.db.update(cards).set({ owner: 'ann' }).where(eq(cards.id, 'a1'));
    await sync.sync();
    expect(await cardsOf(ann)).toEqual(await cardsOf(server));
  });

  test('so does one with such rows in every chunk', async () => {
    const rows = (owner: string) => Array.from({ length: 60 }, (_, i) => card(`x${i}`, { owner }));
    await server.db.insert(cards).values(rows('bob'));
    await ann.db.insert(cards).values(rows('ann'));
    await ann.db.insert(cards).values(card('hers'));
    const fetch = rowsOf('ann');
    const sync = createSync({ db: ann.db, fetch, retry: { attempts: 1 }, maxChanges: 8 });
    const result = await sync.sync();
    expect(result.refused).toBe(60);
    expect(result.requests).toBeGreaterThan(20);
    expect((await cardsOf(ann)).map(({ id }) => id)).toEqual(['a1', 'a2', 'hers']);
    expect((await cardsOf(server)).filter(({ owner }) => owner === 'bob')).toHaveLength(60);
    expect(await sync.sync()).toMatchObject({ pushed: 0, pulled: 0, refused: 0, requests: 1 });
  });

  test('writeWhere says it apart from where; a row that may be seen is not dropped', async () => {
    const handler = as('mallory', { writeWhere: eq(cards.owner, 'mallory') });
    await syncOf(mallory, handler).sync();
    await mallory.db.update(cards).set({ title: 'mine' }).where(eq(cards.id, 'a1'));
    expect(await syncOf(mallory, handler).sync()).toMatchObject({ refused: 1, hidden: 0 });
    expect((await cardsOf(mallory)).map(({ id }) => id)).toEqual(['a1', 'a2']);
    expect((await cardsOf(server))[0]!.title).toBe('title of a1');
    const open = as('mallory', { where: eq(cards.owner, 'mallory'), writeWhere: 'all' });
    expect((await push(open, mallory, [await change(mallory, {})])).status).toBe(200);
  });

  test('many rows, in as many statements as it takes', async () => {
    const many = Array.from({ length: 7_000 }, (_, i) => card(`m${i}`, { owner: 'mallory' }));
    await mallory.db.insert(cards).values(many);
    await syncOf(mallory, rowsOf('mallory')).sync();
    expect(await cardsOf(server)).toHaveLength(7_002);
  });
});

describe('columns and tables', () => {
  test('a mark on a register that may not be written is left out', async () => {
    const handler = as('mallory', { readOnly: ['status'] });
    const mark = { cid: 'status', val: null, col_version: 3, site_id: await ann.crr.siteId() };
    const attempt = async () => push(handler, mallory, [await change(mallory, mark)]);
    await leftOut(attempt, 'CRR_CHANGE_COLUMN_REFUSED');
  });

  test('a table that may not be written, in any form, is left out', async () => {
    const site_id = await ann.crr.siteId();
    for (const one of [
      { cid: '-1', val: null, cl: 2, col_version: 2 },
      { cid: 'votes', val: 5n },
      { cid: 'status', val: null, col_version: 3, site_id },
      { cid: 'a column of later' },
    ]) {
      const attempt = async () =>
        push(as('mallory', { write: false }), mallory, [await change(mallory, one)]);
      await leftOut(attempt, 'CRR_CHANGE_TABLE_REFUSED');
    }
  });
});

describe("another's name", () => {
  test("a counter's share, a register's value, a cell, a delete: 403", async () => {
    const site_id = await ann.crr.siteId();
    for (const one of [
      { cid: 'votes', val: 1_000n },
      { cid: 'status', val: 'hers', col_version: 8 },
      { cid: 'title' },
      { cid: '-1', val: null, cl: 2, col_version: 2 },
    ]) {
      const attempt = async () =>
        push(as('mallory'), mallory, [await change(mallory, { site_id, ...one })]);
      await refused(attempt, 403, 'CRR_SYNC_FOREIGN_CHANGES');
    }
  });

  test("the server's: 422, whatever the column", async () => {
    const site_id = await server.crr.siteId();
    for (const one of [
      { cid: 'votes', val: 1_000n },
      { cid: 'status', val: 'its', col_version: 8 },
      { cid: 'edited', val: 'its', col_version: Date.now() * 1_024 },
      { cid: '-1', val: null, cl: 2, col_version: 2 },
    ]) {
      const attempt = async () =>
        push(as('mallory'), mallory, [await change(mallory, { site_id, ...one })]);
      await refused(attempt, 422, 'CRR_SYNC_REFUSED_CHANGE');
    }
  });

  test('a mark settles a value that stands, and nothing else', async () => {
    await syncOf(mallory, as('mallory')).sync();
    await mallory.db.update(cards).set({ status: 'done' }).where(eq(cards.id, 'a1'));
    await syncOf(mallory, as('mallory')).sync();
    await syncOf(ann, rowsOf('ann')).sync();
    expect((await cardsOf(ann))[0]!.status).toBe('done');
    expect(await ann.crr.conflicts(cards)).toEqual([]);
    // A value of any kind in a mark is no mark; nor is a last write of before the column was a register.
    const site_id = await ann.crr.siteId();
    const valued = await change(mallory, { cid: 'status', val: 'x', col_version: 11, site_id });
    const attempt = (one: Change) => () => push(as('mallory'), mallory, [one]);
    await refused(attempt(valued), 422, 'CRR_SYNC_REFUSED_CHANGE');
    await refused(attempt({ ...valued, col_version: 11 }), 403, 'CRR_SYNC_FOREIGN_CHANGES');
  });

  test('a mark that begins a new life of the row is its sender’s, so its owner still syncs', async () => {
    const site_id = await ann.crr.siteId();
    const mark = { cid: 'status', val: null, col_version: 5, cl: 3, site_id };
    expect((await push(as('mallory'), mallory, [await change(mallory, mark)])).status).toBe(200);
    const sentinel = (await changesOf(server)).find(({ cid }) => cid === '-1');
    expect(sentinel!.site_id).toEqual(await mallory.crr.siteId());
    await ann.db
      .update(cards)
      .set({ votes: increment(cards.votes) })
      .where(eq(cards.id, 'a2'));
    await syncOf(ann, rowsOf('ann')).sync();
    await syncOf(ann, as('ann')).sync();
    expect(await cardsOf(ann)).toEqual(await cardsOf(server));
  });

  test("the server's value can be marked likewise, and it serves on", async () => {
    await server.db.update(cards).set({ status: 'by the server' }).where(eq(cards.id, 'a2'));
    const site_id = await server.crr.siteId();
    const mark = { pk: packKey(['a2']), cid: 'status', val: null, col_version: 3, cl: 3, site_id };
    expect((await push(as('mallory'), mallory, [await change(mallory, mark)])).status).toBe(200);
    await syncOf(ann, as('ann')).sync();
    expect(await cardsOf(ann)).toEqual(await cardsOf(server));
  });
});

describe('time', () => {
  test.each([2 ** 53 - 1, (Date.now() + 86_400_000) * 1_024])(
    'a write of a timed column from the future (%d) waits, and wins nothing',
    async (col_version) => {
      const ahead = await change(mallory, { cid: 'edited', val: 'forged', col_version });
      const { status, pushed } = await push(as('mallory'), mallory, [ahead]);
      expect([status, pushed]).toMatchObject([200, { pending: 1, cellsWon: 0 }]);
      await ann.db.update(cards).set({ edited: 'now' }).where(eq(cards.id, 'a1'));
      await syncOf(ann, rowsOf('ann')).sync();
      expect((await cardsOf(server))[0]!.edited).toBe('now');
      await syncOf(mallory, as('mallory')).sync();
      expect((await cardsOf(mallory))[0]!.edited).toBe('now');
    },
  );

  test('the causal length of such a change has the same bound as any: 422', async () => {
    const far = { cid: 'edited', col_version: Date.now() * 1_024, cl: 2 ** 53 - 1 };
    const attempt = async () => push(as('mallory'), mallory, [await change(mallory, far)]);
    await refused(attempt, 422, 'CRR_SYNC_VERSION_JUMP');
  });

  test.each([
    { cid: 'votes', val: 1n },
    { cid: 'status', val: null, col_version: 2 ** 53 - 1 },
    { cid: 'title' },
  ])('versions of the other types are bound: 422 (%o)', async (one) => {
    const far = { col_version: 2 ** 53 - 1, ...one };
    const attempt = async () => push(as('mallory'), mallory, [await change(mallory, far)]);
    await refused(attempt, 422, 'CRR_SYNC_VERSION_JUMP');
  });
});
