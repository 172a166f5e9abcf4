/** What is not synced yet: which rows, and which of their columns. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { afterAll, describe, expect, test } from 'vitest';
import { crrTable, type UnsentRow } from '../../../src/index.js';
import { createSync } from '../../../src/sync/index.js';
import { memoryClient } from '../../support/client.js';
import { openSite as openOn } from '../../support/site.js';
import { card, cards, openBoard } from '../board.js';
import { connect, note, notes, openSite, serve } from '../world.js';

const folder = mkdtempSync(join(tmpdir(), 'drizzle-crr-unsent-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const brief = (rows: readonly UnsentRow[]) =>
  rows.map(({ key, columns, deleted, refused }) => [
    key.id,
    deleted ? 'deleted' : columns.join(' '),
    ...(refused === undefined ? [] : [refused]),
  ]);

const ALL = 'owner body stars weight data';

async function pair() {
  const [a, server] = [await openSite(), await openSite()];
  const sync = connect(a, serve(server));
  return { a, server, sync };
}

describe('sync.unsent()', () => {
  test('before the first sync, everything is unsent', async () => {
    const { a, sync } = await pair();
    expect(await sync.unsent()).toEqual([]);
    await a.db.insert(notes).values([note('1'), note('2')]);
    expect(await sync.unsent()).toEqual([
      {
        table: 'notes',
        key: { id: '1' },
        columns: ALL.split(' '),
        deleted: false,
        refused: undefined,
      },
      {
        table: 'notes',
        key: { id: '2' },
        columns: ALL.split(' '),
        deleted: false,
        refused: undefined,
      },
    ]);
    expect(sync.counts.requests).toBe(0);
  });

  test('after a sync it lists the columns that were written since, and rows that were deleted', async () => {
    const { a, sync } = await pair();
    await a.db.insert(notes).values([note('1'), note('2'), note('3')]);
    await sync.sync();
    expect(await sync.unsent()).toEqual([]);
    await a.db.update(notes).set({ body: 'new' }).where(eq(notes.id, '2'));
    await a.db.update(notes).set({ stars: 5 }).where(eq(notes.id, '2'));
    await a.db.delete(notes).where(eq(notes.id, '1'));
    await a.db.insert(notes).values(note('4'));
    expect(brief(await sync.unsent())).toEqual([
      ['2', 'body stars'],
      ['1', 'deleted'],
      ['4', ALL],
    ]);
    await sync.sync();
    expect(await sync.unsent()).toEqual([]);
  });

  test('what came from the server is not unsent, beside own writes that are', async () => {
    const { a, server, sync } = await pair();
    await server.db.insert(notes).values([note('1'), note('2')]);
    await sync.sync();
    expect(await sync.unsent()).toEqual([]);
    await a.db.update(notes).set({ body: 'mine' }).where(eq(notes.id, '1'));
    await server.db.update(notes).set({ stars: 9 }).where(eq(notes.id, '1'));
    expect(brief(await sync.unsent())).toEqual([['1', 'body']]);
    await sync.sync();
    expect(await sync.unsent()).toEqual([]);
  });

  test('what came from another peer is unsent', async () => {
    const { a, sync } = await pair();
    const friend = await openSite();
    await sync.sync();
    await friend.db.insert(notes).values(note('friend'));
    await a.crr.apply(await friend.crr.changes());
    expect(brief(await sync.unsent())).toEqual([['friend', ALL]]);
  });

  test('a failed sync leaves it as it was, and a transaction that was rolled back adds nothing', async () => {
    const a = await openSite();
    const sync = connect(a, async () => new Response('', { status: 500 }));
    await a.db.insert(notes).values(note('1'));
    await expect(sync.sync()).rejects.toMatchObject({ code: 'CRR_SYNC_SERVER' });
    const rollback = a.db.transaction(async (tx) => {
      await tx.insert(notes).values(note('2'));
      throw new Error('taken back');
    });
    await expect(rollback).rejects.toThrow('taken back');
    expect(brief(await sync.unsent())).toEqual([['1', ALL]]);
  });

  test('survives a restart', async () => {
    const url = `file:${join(folder, 'restart.db')}`;
    const server = await openSite();
    const before = await openSite(url);
    await before.db.insert(notes).values([note('1'), note('2')]);
    await connect(before, serve(server)).sync();
    await before.db.update(notes).set({ body: 'offline' }).where(eq(notes.id, '2'));
    before.client.close();
    const after = await openSite(url);
    const sync = connect(after, serve(server));
    expect(brief(await sync.unsent())).toEqual([['2', 'body']]);
    await sync.sync();
    expect(await sync.unsent()).toEqual([]);
  });

  test('lists what the server has refused as a whole, with the code', async () => {
    const [a, server] = [await openSite(), await openSite()];
    const authorize = () => ({
      id: 'ann',
      tables: { notes: { where: eq(notes.owner, 'ann'), leaving: 'keep' as const } },
    });
    const sync = connect(a, serve(server, { authorize }));
    await a.db.insert(notes).values([note('mine'), note('other', { owner: 'bob' })]);
    await sync.sync();
    const refused = ['other', ALL, 'CRR_CHANGE_ROW_REFUSED'];
    expect(brief(await sync.unsent())).toEqual([refused]);
    await a.db.update(notes).set({ stars: 2 }).where(eq(notes.id, 'other'));
    expect(brief(await sync.unsent())).toEqual([refused]);
    await a.db.delete(notes).where(eq(notes.id, 'other'));
    expect(brief(await sync.unsent())).toEqual([['other', 'deleted', 'CRR_CHANGE_ROW_REFUSED']]);
  });

  test('a counter and a register are columns like others', async () => {
    const [a, server] = [await openBoard(), await openBoard()];
    const sync = createSync({ db: a.db, fetch: serve(server) });
    await a.db.insert(cards).values([card('1'), card('2')]);
    await sync.sync();
    await a.db.update(cards).set({ votes: 3 }).where(eq(cards.id, '1'));
    await a.db.update(cards).set({ status: 'done' }).where(eq(cards.id, '2'));
    expect(brief(await sync.unsent({ table: cards }))).toEqual([
      ['1', 'votes'],
      ['2', 'status'],
    ]);
  });

  test('some tables, some rows, and names of properties', async () => {
    const lists = crrTable('lists', { id: text('list_id').primaryKey().notNull() });
    const items = crrTable('items', {
      id: integer('id').primaryKey().notNull(),
      dueAt: integer('due_at', { mode: 'timestamp' }),
    });
    const schema = { lists, items };
    const [db, other] = [
      await openOn(schema, memoryClient()),
      await openOn(schema, memoryClient()),
    ];
    await db.insert(lists).values([{ id: 'a' }, { id: 'b' }]);
    await db.insert(items).values({ id: 7, dueAt: new Date(0) });
    const sync = createSync({ db, fetch: serve({ db: other }) });
    expect(await sync.unsent({ table: items })).toEqual([
      { table: 'items', key: { id: 7 }, columns: ['dueAt'], deleted: false, refused: undefined },
    ]);
    expect(brief(await sync.unsent({ limit: 2 }))).toHaveLength(2);
    expect(brief(await sync.unsent({ table: lists }))).toEqual([
      ['a', ''],
      ['b', ''],
    ]);
    const ofLists = createSync({ db, fetch: serve({ db: other }), tables: ['lists'] });
    expect(await ofLists.unsent({ table: items })).toEqual([]);
    expect(await ofLists.unsent()).toHaveLength(2);
    await ofLists.sync();
    expect(await ofLists.unsent()).toEqual([]);
    expect(await sync.unsent()).toHaveLength(3);
  });
});

describe('$crr.unsent()', () => {
  test('goes by the site id of the peer, on either side', async () => {
    const { a, server, sync } = await pair();
    await a.db.insert(notes).values(note('1'));
    const { server: serverId } = await sync.sync();
    await a.db.update(notes).set({ stars: 2 }).where(eq(notes.id, '1'));
    expect(brief(await a.crr.unsent(serverId))).toEqual([['1', 'stars']]);
    await server.db.insert(notes).values(note('2'));
    expect(brief(await server.crr.unsent(await a.crr.siteId()))).toEqual([['2', ALL]]);
  });

  test('a site that was never met lacks everything that is not its own', async () => {
    const { a } = await pair();
    const friend = await openSite();
    await friend.db.insert(notes).values(note('friend'));
    await a.crr.apply(await friend.crr.changes());
    await a.db.insert(notes).values(note('mine'));
    expect(brief(await a.crr.unsent(await friend.crr.siteId()))).toEqual([['mine', ALL]]);
  });

  test('if deletes were forgotten that the peer never got, it gets everything again', async () => {
    const { a, sync } = await pair();
    await a.db.insert(notes).values([note('1'), note('2')]);
    const { server } = await sync.sync();
    await a.db.delete(notes).where(eq(notes.id, '1'));
    await a.client.execute('UPDATE crr_peer SET seen = 0'); // long ago
    expect(await a.crr.compact()).toMatchObject({ tombstones: 1 });
    expect(brief(await a.crr.unsent(server))).toEqual([['2', ALL]]);
  });

  test('refuses what is not a site id, another table, and unknown options', async () => {
    const { a } = await pair();
    const usage = { code: 'CRR_USAGE_OPTION' };
    await expect(a.crr.unsent('http://localhost' as never)).rejects.toMatchObject(usage);
    await expect(a.crr.unsent(notes as never)).rejects.toThrow(
      'found a table instead of the site id',
    );
    const peer = new Uint8Array(16);
    await expect(a.crr.unsent(peer, { table: cards })).rejects.toMatchObject(usage);
    await expect(a.crr.unsent(peer, { tables: notes } as never)).rejects.toThrow(
      'did you mean "table"',
    );
    await expect(a.crr.unsent(peer, { limit: 0 })).rejects.toMatchObject(usage);
  });
});
