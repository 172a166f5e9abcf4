/** Changes that wait in the pending table, and syncs in between. */
import { eq } from 'drizzle-orm';
import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable, lww } from '../../../src/index.js';
import { createSync, createSyncHandler, type SyncEvent } from '../../../src/sync/index.js';
import { openSite } from '../../support/site.js';
import { changesOf } from '../feed.js';

const jobs = crrTable('jobs', {
  id: text('id').primaryKey().notNull(),
  title: text('title').notNull(),
  note: text('note'),
});

async function open() {
  const db = await openSite({ jobs });
  return { db, client: db.$client };
}

test('a row that a local write completes is merged in the next sync, and only then is anything done', async () => {
  const [server, a, writer] = [await open(), await open(), await open()];
  await writer.db.insert(jobs).values({ id: '1', title: 'one', note: 'from afar' });
  await writer.db.update(jobs).set({ note: 'from afar, later' });
  const handler = createSyncHandler({ db: server.db, public: true });
  const sync = createSync({ db: a.db, fetch: handler });
  await sync.sync();
  const part = (await changesOf(writer)).filter(({ cid }) => cid === 'note');
  expect(await a.db.$crr.apply(part)).toMatchObject({ pending: 1, inserted: [] });
  await a.db.insert(jobs).values({ id: '1', title: 'here' });
  const events: SyncEvent[] = [];
  sync.subscribe((event) => events.push(event));
  await sync.sync();
  expect(await a.db.$crr.pendingCount()).toBe(0);
  const merged = [{ id: '1', title: 'here', note: 'from afar, later' }];
  expect(await a.db.select().from(jobs)).toEqual(merged);
  // It merged before it was sent: the server has it from the same sync.
  expect(await server.db.select().from(jobs)).toEqual(merged);
  const applied = events.flatMap((event) => (event.type === 'applied' ? [event.result] : []));
  expect(applied[0]!.updated).toEqual([{ table: 'jobs', key: { id: '1' } }]);
  const total = async () => (await a.client.execute('SELECT total_changes()')).rows[0]![0];
  const before = await total();
  await sync.sync();
  expect(await total()).toBe(before);
});

test('what still waits goes on waiting, and syncs go on', async () => {
  const [server, a, writer] = [await open(), await open(), await open()];
  await writer.db.insert(jobs).values({ id: '1', title: 'one', note: 'n' });
  const part = (await changesOf(writer)).filter(({ cid }) => cid === 'note');
  await a.db.$crr.apply(part);
  await a.db.insert(jobs).values({ id: '2', title: 'two' });
  const handler = createSyncHandler({ db: server.db, public: true });
  const sync = createSync({ db: a.db, fetch: handler });
  expect(await sync.sync()).toMatchObject({ pushed: 2 });
  expect(await sync.sync()).toMatchObject({ pushed: 0, pulled: 0, requests: 1 });
  expect(await a.db.$crr.pendingCount()).toBe(1);
  await writer.db.update(jobs).set({ note: 'm' }).where(eq(jobs.id, '1'));
  await createSync({ db: writer.db, fetch: handler }).sync();
  await sync.sync();
  expect(await a.db.$crr.pendingCount()).toBe(0);
  expect(await a.db.select().from(jobs).orderBy(jobs.id)).toEqual(
    await server.db.select().from(jobs).orderBy(jobs.id),
  );
});

test('a writer whose clock is ahead learns that the server holds its write', async () => {
  const notes = crrTable('notes', {
    id: text('id').primaryKey().notNull(),
    text: lww(text('text'), { by: 'time' }),
  });
  const server = await openSite({ notes });
  const ahead = await openSite({ notes }, undefined, { crr: { maxDrift: 3_600_000 } });
  await ahead.insert(notes).values({ id: '1', text: 'now' });
  const { changes } = await ahead.$crr.changes();
  // As if the clock had been set forward by half an hour.
  const later = changes.map((change) => ({
    ...change,
    val: 'later',
    col_version: change.col_version + 1_800_000 * 1024,
    site_id: new Uint8Array(16).fill(7),
  }));
  await ahead.$crr.apply(later);
  const sync = createSync({
    db: ahead,
    fetch: createSyncHandler({ db: server, public: true }),
  });
  expect(await sync.sync()).toMatchObject({ pushed: 1, pushedWon: 0, pushedHeld: 1 });
  expect(await server.$crr.pendingCount()).toBe(1);
  expect(await sync.sync()).toMatchObject({ pushed: 0, pushedHeld: 0 });
});
