/** What a client makes the server keep has a quota; what is beyond it is left out, and everything else merges. */
import { eq } from 'drizzle-orm';
import { text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { type Change, type CrrDatabase, crrTable, packKey } from '../../../src/index.js';
import {
  type Authorization,
  createSync,
  createSyncHandler,
  type SyncHandler,
  type SyncLimits,
} from '../../../src/sync/index.js';
import { binaryCodec } from '../../../src/sync/wire/binary-codec.js';
import { migrate, openSite } from '../../support/site.js';

const profiles = crrTable('profiles', {
  id: text('id').primaryKey().notNull(),
  owner: text('owner').notNull(),
  bio: text('bio'),
});

const handlerOf = (db: CrrDatabase, authorization: Authorization, limits: SyncLimits) =>
  createSyncHandler({
    db,
    authorize: () => authorization,
    limits,
    onError: (error) => console.error(error),
  });
const syncOf = (db: CrrDatabase, fetch: SyncHandler) =>
  createSync({ db, fetch, retry: { attempts: 1 } });

const siteOf = (byte: number) => new Uint8Array(16).fill(byte);
const change = (key: string, more: Partial<Change> = {}): Change => ({
  ...{ table: 'profiles', pk: packKey([key]), cid: 'bio', val: 'early', col_version: 1 },
  ...{ db_version: 3, site_id: siteOf(7), cl: 1, seq: 1 },
  ...more,
});
const owner = (key: string, more: Partial<Change> = {}) =>
  change(key, { cid: 'owner', val: 'ann', ...more });

async function post(handler: SyncHandler, siteId: Uint8Array, changes: readonly Change[]) {
  const body = await binaryCodec.encodeRequest({
    siteId,
    schema: '',
    push: { changes, through: 0 },
  });
  const headers = { 'content-type': binaryCodec.contentType, accept: 'application/json' };
  const response = await handler(new Request('http://x/', { method: 'POST', body, headers }));
  const json = (await response.json()) as {
    rights: string;
    pushed: { pending: number; cellsWon: number };
    refused?: { pk: string; code: string }[];
  };
  return { status: response.status, ...json };
}

const keyOf = ({ pk }: { pk: string }) => Buffer.from(pk, 'hex').subarray(3).toString();
const keys = (n: number, prefix = 'k') => Array.from({ length: n }, (_, i) => `${prefix}${i}`);

describe('changes that wait', () => {
  test('beyond the quota are left out and named; everything else of the push merges', async () => {
    const db = await openSite({ profiles });
    const ann = handlerOf(db, { id: 'ann' }, { maxPendingPerOwner: 10 });
    const complete = keys(3, 'c').flatMap((key) => [owner(key), change(key)]);
    const answer = await post(ann, siteOf(7), [...keys(15).map((key) => change(key)), ...complete]);
    expect(answer).toMatchObject({ status: 200, pushed: { pending: 10, cellsWon: 6 } });
    expect(answer.refused).toHaveLength(5);
    expect(new Set(answer.refused!.map(({ code }) => code))).toEqual(new Set(['CRR_CHANGE_QUOTA']));
    expect(await db.$count(profiles)).toBe(3);
    expect(await db.$crr.pendingCount()).toBe(10);
    // Newer versions of what waits take no more room.
    const newer = keys(15).map((key) => change(key, { val: 'newer', col_version: 2 }));
    const second = await post(ann, siteOf(7), newer);
    expect(second.refused!.map(keyOf).sort()).toEqual(answer.refused!.map(keyOf).sort());
    // Others have their own.
    const ben = handlerOf(db, { id: 'ben' }, { maxPendingPerOwner: 10 });
    const others = await post(
      ben,
      siteOf(8),
      keys(10).map((key) => change(key, { site_id: siteOf(8) })),
    );
    expect(others).toMatchObject({ pushed: { pending: 10 } });
    expect(others.refused).toBeUndefined();
  });

  test('have a quota of bytes as well', async () => {
    const db = await openSite({ profiles });
    const ann = handlerOf(db, { id: 'ann' }, { maxPendingBytesPerOwner: 10_000 });
    const large = change('large', { val: 'x'.repeat(9_000) });
    const answer = await post(ann, siteOf(7), [
      large,
      change('larger', { val: 'ä'.repeat(600) }),
      owner('c'),
    ]);
    expect(answer.refused!.map(keyOf)).toEqual(['larger']);
    expect(answer.pushed).toMatchObject({ pending: 1, cellsWon: 1 });
    // What the gate puts there counts as well as what has no column.
    const unknown = change('u', { cid: 'of later', val: new Uint8Array(2_000) });
    expect((await post(ann, siteOf(7), [unknown])).refused!.map(keyOf)).toEqual(['u']);
  });

  test('that merge, or are overtaken, make room', async () => {
    const db = await openSite({ profiles });
    const ann = handlerOf(db, { id: 'ann' }, { maxPendingPerOwner: 4 });
    const first = await post(
      ann,
      siteOf(7),
      keys(4).map((key) => change(key)),
    );
    expect(first.rights).toMatch(/\+$/);
    expect((await post(ann, siteOf(7), [change('x')])).refused).toHaveLength(1);
    // Completed here, and by their own client; deleted.
    await db.insert(profiles).values({ id: 'k0', owner: 'ann' });
    const gone = change('k2', { cid: '-1', val: null, cl: 2, col_version: 2 });
    const answer = await post(ann, siteOf(7), [owner('k1'), gone]);
    expect(answer).toMatchObject({ pushed: { pending: 0 } });
    expect(answer.rights).not.toMatch(/\+$/);
    expect(await db.$crr.pendingCount()).toBe(1);
    const last = await post(
      ann,
      siteOf(7),
      keys(4, 'x').map((key) => change(key)),
    );
    expect(last.refused).toHaveLength(1);
  });

  test('of clients without an id count together', async () => {
    const db = await openSite({ profiles });
    const handler = handlerOf(db, { tables: { profiles: true } }, { maxPendingPerOwner: 1 });
    await post(handler, siteOf(7), [change('a')]);
    const answer = await post(handler, siteOf(8), [change('b', { site_id: siteOf(8) })]);
    expect(answer.refused).toHaveLength(1);
  });

  test('a client sends what was left out again by itself once there is room', async () => {
    const narrow = crrTable('profiles', {
      id: text('id').primaryKey().notNull(),
      owner: text('owner').notNull(),
    });
    const server = await openSite({ narrow });
    const device = await openSite({ profiles });
    const rows = keys(20).map((id) => ({ id, owner: 'ann', bio: `of ${id}` }));
    await device.insert(profiles).values(rows);
    const limits = { maxPendingPerOwner: 8 };
    const before = syncOf(device, handlerOf(server, { id: 'ann' }, limits));
    expect(await before.sync()).toMatchObject({ refused: 12 });
    expect(await server.$count(narrow)).toBe(20);
    // Meanwhile nothing is sent in vain.
    expect(await before.sync()).toMatchObject({ pushed: 0, refused: 12 });

    await server.$client.execute('ALTER TABLE profiles ADD COLUMN bio text');
    const migrated = await migrate(server, profiles);
    const after = syncOf(device, handlerOf(migrated, { id: 'ann' }, limits));
    await after.sync();
    expect(await after.sync()).toMatchObject({ refused: 0 });
    expect(await migrated.select().from(profiles).orderBy(profiles.id)).toEqual(
      await device.select().from(profiles).orderBy(profiles.id),
    );
    expect(await after.sync()).toMatchObject({ pushed: 0, pulled: 0, requests: 1 });
    await migrated.update(profiles).set({ bio: 'x' }).where(eq(profiles.id, 'k1'));
    expect(await after.sync()).toMatchObject({ pulled: 1 });
  });
});

describe('deletes of rows that were never here', () => {
  const gone = (key: string, cl = 2) => change(key, { cid: '-1', val: null, cl, col_version: cl });

  test('beyond the quota are left out and named; deletes of rows and all other changes merge', async () => {
    const db = await openSite({ profiles });
    const ann = handlerOf(db, { id: 'ann' }, { maxTombstonesPerOwner: 5 });
    const rows = keys(6, 'row').map((id) => ({ id, owner: 'ann' }));
    await db.insert(profiles).values(rows);
    const deletes = keys(5, 'row').map((key) => gone(key));
    const first = await post(ann, siteOf(7), [...keys(5).map((key) => gone(key)), ...deletes]);
    expect(first.refused).toBeUndefined();
    const second = await post(ann, siteOf(7), [
      gone('row5'),
      gone('more'),
      owner('c'),
      change('c'),
    ]);
    expect(second).toMatchObject({ status: 200, refused: [{ code: 'CRR_CHANGE_QUOTA' }] });
    expect(second.refused!.map(keyOf)).toEqual(['more']);
    expect(await db.select().from(profiles)).toMatchObject([{ id: 'c' }]);
    // Those that are here already change nothing; others have a quota of their own.
    expect((await post(ann, siteOf(7), [gone('k1')])).refused).toBeUndefined();
    const ben = handlerOf(db, { id: 'ben' }, { maxTombstonesPerOwner: 5 });
    const other = gone('of ben');
    expect(
      (await post(ben, siteOf(8), [{ ...other, site_id: siteOf(8) }])).refused,
    ).toBeUndefined();
    const { rows: tombstones } = await db.$client.execute(
      'SELECT count(*) AS n FROM profiles__crr_clock WHERE causal_length = 2',
    );
    expect(tombstones[0]!.n).toBe(12);
  });

  test('of many rows in one push are all named', async () => {
    const db = await openSite({ profiles });
    const ann = handlerOf(db, { id: 'ann' }, { maxTombstonesPerOwner: 5 });
    const answer = await post(ann, siteOf(7), [...keys(100).map((key) => gone(key)), owner('c')]);
    expect(answer.refused).toHaveLength(100);
    expect(await db.$count(profiles)).toBe(1);
  });
});

test('sites whose changes an owner brings are limited over all its requests', async () => {
  const db = await openSite({ profiles });
  const handler = handlerOf(db, { id: 'mallory' }, { maxSitesPerOwner: 30 });
  const from = (first: number) =>
    Array.from({ length: 20 }, (_, i) => owner(`of ${first + i}`, { site_id: siteOf(first + i) }));
  expect(await post(handler, siteOf(7), from(20))).toMatchObject({ status: 200 });
  expect(await post(handler, siteOf(7), from(40))).toMatchObject({
    status: 403,
    error: { code: 'CRR_SYNC_FOREIGN_CHANGES' },
  });
  // Those that are known may go on.
  const newer = from(20).map((one) => ({ ...one, val: 'ben', col_version: 2 }));
  expect(await post(handler, siteOf(7), newer)).toMatchObject({ status: 200 });
  const { rows } = await db.$client.execute('SELECT count(*) AS n FROM crr_site');
  expect(rows[0]!.n).toBe(21);
});
