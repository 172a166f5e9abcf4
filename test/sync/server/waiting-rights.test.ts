/** What waits for its row, table, column or time is merged under the rights that its client has then. */
import { eq, sql } from 'drizzle-orm';
import { type SQLiteTable, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { type Change, type CrrDatabase, crrTable, packKey } from '../../../src/index.js';
import {
  type Authorization,
  createSync,
  createSyncHandler,
  type SyncHandler,
} from '../../../src/sync/index.js';
import { binaryCodec } from '../../../src/sync/wire/binary-codec.js';
import { migrate, openSite } from '../../support/site.js';

const profiles = crrTable('profiles', {
  id: text('id').primaryKey().notNull(),
  owner: text('owner').notNull(),
  bio: text('bio'),
});

const handlerOf = (db: CrrDatabase, id: string, tables: Authorization['tables']) =>
  createSyncHandler({
    db,
    authorize: () => ({ id, tables }),
    onError: (error) => console.error(error),
  });
const ownRows = (db: CrrDatabase, id: string, more = {}) =>
  handlerOf(db, id, { profiles: { where: eq(profiles.owner, id), ...more } });
const syncOf = (db: CrrDatabase, fetch: SyncHandler) =>
  createSync({ db, fetch, retry: { attempts: 1 } });

const siteOf = (byte: number) => new Uint8Array(16).fill(byte);
const change = (more: Partial<Change>): Change => ({
  table: 'profiles',
  pk: packKey(['x']),
  cid: 'bio',
  val: 'by a stranger',
  col_version: 9,
  db_version: 3,
  site_id: siteOf(7),
  cl: 1,
  seq: 1,
  ...more,
});

/** Pushes changes as no honest client would; without changes it only pulls. */
async function post(handler: SyncHandler, siteId: Uint8Array, changes: readonly Change[]) {
  const push = changes.length > 0 ? { changes, through: 0 } : undefined;
  const pull = { cursor: 0, filter: '', skip: [], maxBytes: 10_000 };
  const body = await binaryCodec.encodeRequest({ siteId, schema: '', push, pull });
  const headers = { 'content-type': binaryCodec.contentType, accept: 'application/json' };
  const response = await handler(new Request('http://x/', { method: 'POST', body, headers }));
  const json = (await response.json()) as { pushed?: object; refused?: object[]; error?: object };
  return { status: response.status, ...json };
}

describe('a row that is not here yet', () => {
  test.each<[string, Partial<Change>]>([
    ['a cell', {}],
    ['the cell that decides who owns it', { cid: 'owner', val: 'mallory' }],
    ['a delete', { cid: '-1', val: null, cl: 2, col_version: 2 }],
    ['a delete of a far life', { cid: '-1', val: null, cl: 8, col_version: 8 }],
  ])('gets nothing of what a stranger left for it: %s', async (_, one) => {
    const [server, ann] = [await openSite({ profiles }), await openSite({ profiles })];
    const strict = crrTable('profiles', {
      id: text('id').primaryKey().notNull(),
      owner: text('owner').notNull(),
      bio: text('bio').notNull(),
    });
    const [s, a] = [await openSite({ profiles: strict }), await openSite({ profiles: strict })];
    // An owner alone is a row of the stranger's where nothing else is required.
    const isRow = one.cid === 'owner';
    for (const [db, device] of [...(isRow ? [] : [[server, ann] as const]), [s, a] as const]) {
      const mallory = ownRows(db, 'mallory');
      await post(mallory, siteOf(7), [change(one)]);
      await device.insert(profiles).values({ id: 'x', owner: 'ann', bio: 'hers' });
      expect(await syncOf(device, ownRows(db, 'ann')).sync()).toMatchObject({ refused: 0 });
      await db.$crr.install();
      await db.$crr.apply([]);
      await post(mallory, siteOf(7), []);
      const row = { id: 'x', owner: 'ann', bio: 'hers' };
      expect(await db.select().from(profiles)).toEqual([row]);
      expect(await db.$crr.pendingCount()).toBe(0);
      await device.update(profiles).set({ bio: 'and changed' });
      expect(await syncOf(device, ownRows(db, 'ann')).sync()).toMatchObject({ refused: 0 });
      expect(await db.select().from(profiles)).toEqual([{ ...row, bio: 'and changed' }]);
    }
  });

  test('is not made by a stranger to be deleted at once, which would leave a tombstone of its key', async () => {
    const server = await openSite({ profiles });
    // A delete waits for its row; then the row, of somebody else, comes with a change of its own.
    const nothing = handlerOf(server, 'mallory', { profiles: { where: sql`false` } });
    for (const handler of [nothing, ownRows(server, 'mallory')]) {
      const gone = change({ cid: '-1', val: null, cl: 4, col_version: 4 });
      expect(await post(handler, siteOf(7), [gone])).toMatchObject({ pushed: { pending: 1 } });
      const made = change({ cid: 'owner', val: 'ann', cl: 3 });
      const answer = await post(handler, siteOf(7), [made]);
      expect(answer).toMatchObject({ refused: [{ code: 'CRR_CHANGE_ROW_REFUSED', drop: false }] });
      expect((await server.$crr.changes()).changes).toEqual([]);
      expect(await server.$crr.pendingCount()).toBe(0);
    }
  });

  test('its owner’s own delete that came first is merged once the row is here', async () => {
    const [server, one, two] = await Promise.all([1, 2, 3].map(() => openSite({ profiles })));
    await one!.insert(profiles).values({ id: 'x', owner: 'ann', bio: 'b' });
    await two!.$crr.apply(await one!.$crr.changes());
    await two!.delete(profiles);
    const handler = ownRows(server!, 'ann');
    await syncOf(two!, handler).sync();
    expect(await server!.$crr.pendingCount()).toBe(1);
    await syncOf(one!, handler).sync();
    expect(await server!.select().from(profiles)).toEqual([]);
    expect(await server!.$crr.pendingCount()).toBe(0);
    await syncOf(one!, handler).sync();
    expect(await one!.select().from(profiles)).toEqual([]);
  });

  test('what its owner left for it is merged by an exchange that only pulls', async () => {
    const server = await openSite({ profiles });
    const handler = ownRows(server, 'ann');
    await post(handler, siteOf(5), [change({ site_id: siteOf(5), val: 'hers' })]);
    await server.insert(profiles).values({ id: 'x', owner: 'ann' });
    await server.$crr.apply([]);
    expect(await server.select().from(profiles)).toMatchObject([{ bio: null }]);
    await post(handler, siteOf(5), []);
    expect(await server.select().from(profiles)).toMatchObject([{ bio: 'hers' }]);
  });

  test('without an id, clients with other rights are another source', async () => {
    const server = await openSite({ profiles });
    const as = (owner: string) =>
      createSyncHandler({
        db: server,
        authorize: () => ({ tables: { profiles: { where: eq(profiles.owner, owner) } } }),
      });
    await post(as('mallory'), siteOf(7), [change({})]);
    await server.insert(profiles).values({ id: 'x', owner: 'ann' });
    await post(as('ann'), siteOf(7), []);
    expect(await server.select().from(profiles)).toMatchObject([{ bio: null }]);
    expect(await post(as('mallory'), siteOf(7), [])).toMatchObject({
      refused: [{ code: 'CRR_CHANGE_ROW_REFUSED' }],
    });
    expect(await server.$crr.pendingCount()).toBe(0);
  });
});

describe('a change by a site that the client may not use', () => {
  test('of the receiver is refused in a row that waits, and dropped if its column is unknown', async () => {
    const db = await openSite({ profiles });
    const own = { site_id: await db.$crr.siteId() };
    await expect(db.$crr.apply([change(own)])).rejects.toMatchObject({ code: 'CRR_CHANGE_FORGED' });
    expect(await db.$crr.apply([change({ ...own, cid: 'later' })])).toMatchObject({ pending: 0 });
    expect(await db.$crr.pendingCount()).toBe(0);
  });

  test('is not merged if the site got another owner while it waited', async () => {
    const [server, bob] = [await openSite({ profiles }), await openSite({ profiles })];
    const mallory = ownRows(server, 'mallory');
    await post(mallory, siteOf(7), [change({ site_id: await bob.$crr.siteId() })]);
    await syncOf(bob, ownRows(server, 'bob')).sync();
    await bob.insert(profiles).values({ id: 'b', owner: 'bob' });
    await syncOf(bob, ownRows(server, 'bob')).sync();
    await server.insert(profiles).values({ id: 'x', owner: 'mallory' });
    expect(await post(mallory, siteOf(7), [])).toMatchObject({
      refused: [{ code: 'CRR_CHANGE_SITE_REFUSED' }],
    });
    expect(await server.select().from(profiles).where(eq(profiles.id, 'x'))).toMatchObject([
      { bio: null },
    ]);
  });
});

describe('names', () => {
  const wide = crrTable('profiles', {
    id: text('id').primaryKey().notNull(),
    owner: text('owner').notNull(),
    bio: text('bio'),
    rank: text('rank'),
  });

  test('a column that a later migration adds is read-only for what waited for it, too', async () => {
    const server = await openSite({ profiles });
    await server.insert(profiles).values({ id: 'x', owner: 'ann' });
    await post(ownRows(server, 'ann'), siteOf(7), [change({ cid: 'rank', val: 'first' })]);
    expect(await server.$crr.pendingCount()).toBe(1);
    await server.run(sql`ALTER TABLE profiles ADD COLUMN rank text`);
    const later = await migrate(server, wide);
    expect(await later.select().from(wide)).toMatchObject([{ rank: null }]);
    const answer = await post(
      handlerOf(later, 'ann', { profiles: { readOnly: ['rank'] } }),
      siteOf(7),
      [],
    );
    expect(answer).toMatchObject({ refused: [{ code: 'CRR_CHANGE_COLUMN_REFUSED' }] });
    expect(await later.select().from(wide)).toMatchObject([{ rank: null }]);
    expect(await later.$crr.pendingCount()).toBe(0);
  });

  test('a table may be listed, and written to, before the server has it', async () => {
    const notes = crrTable('notes', {
      id: text('id').primaryKey().notNull(),
      owner: text('owner'),
    });
    const schema = { profiles, notes };
    const [server, ann] = [await openSite({ profiles }), await openSite(schema)];
    const as = (db: CrrDatabase, id: string) =>
      handlerOf(db, id, {
        profiles: { where: eq(profiles.owner, id) },
        notes: { where: eq(notes.owner, id) },
      });
    await ann.insert(notes).values([
      { id: 'a', owner: 'ann' },
      { id: 'b', owner: 'bob' },
    ]);
    await ann.insert(profiles).values({ id: 'x', owner: 'ann' });
    expect(await syncOf(ann, as(server, 'ann')).sync()).toMatchObject({ refused: 0 });
    expect(await server.select().from(profiles)).toHaveLength(1);
    await server.run(sql`CREATE TABLE notes (id text PRIMARY KEY NOT NULL, owner text)`);
    await migrate(server, notes as SQLiteTable);
    const later = await openSite(schema, server.$client, { ddl: [] });
    expect(await later.select().from(notes)).toEqual([]);
    expect(await syncOf(ann, as(later, 'ann')).sync()).toMatchObject({
      refusedRows: [{ table: 'notes', key: { id: 'b' }, code: 'CRR_CHANGE_ROW_REFUSED' }],
    });
    expect(await later.select().from(notes)).toEqual([{ id: 'a', owner: 'ann' }]);
    expect(await later.$crr.pendingCount()).toBe(0);
  });
});

test('a poll takes no write transaction as long as nothing that waits can have become applicable', async () => {
  const server = await openSite({ profiles });
  const handler = ownRows(server, 'ann');
  const waits = change({ val: 'mine' });
  await post(handler, siteOf(7), [waits]);
  expect(await server.$crr.pendingCount()).toBe(1);
  /** Whether a poll begins a merge, which notes the db_version before it. */
  const merges = async () => {
    await server.$client.execute('UPDATE crr_apply SET prior_db_version = -1');
    await post(handler, siteOf(7), []);
    const { rows } = await server.$client.execute('SELECT prior_db_version FROM crr_apply');
    return Number(rows[0]![0]) !== -1;
  };
  expect([await merges(), await merges(), await merges()]).toEqual([true, false, false]);
  await server.insert(profiles).values({ id: 'x', owner: 'ann' });
  expect(await merges()).toBe(true);
  expect(await server.select().from(profiles)).toEqual([{ id: 'x', owner: 'ann', bio: 'mine' }]);
  expect(await server.$crr.pendingCount()).toBe(0);
});
