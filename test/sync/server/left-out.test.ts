/** Rows that a client may not write are left out by name; neither its other rows nor its pull wait for them. */
import { eq, sql } from 'drizzle-orm';
import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable } from '../../../src/index.js';
import { createSync, createSyncHandler } from '../../../src/sync/index.js';
import { binaryCodec } from '../../../src/sync/wire/binary-codec.js';
import { Random } from '../../support/random.js';
import { openSite } from '../../support/site.js';

const folders = crrTable('folders', {
  id: text('id').primaryKey().notNull(),
  owner: text('owner'),
});
const files = crrTable('files', {
  id: text('id').primaryKey().notNull(),
  folder: text('folder'),
  name: text('name'),
});
const schema = { folders, files };
type Site = Awaited<ReturnType<typeof openFolders>>;
const openFolders = () => openSite(schema);

const handlerFor = (server: Site, id: string) =>
  createSyncHandler({
    db: server,
    authorize: () => ({
      id,
      tables: {
        folders: { where: eq(folders.owner, id) },
        // A row is reached through its parent.
        files: {
          where: sql`EXISTS (SELECT 1 FROM folders WHERE folders.id = ${files.folder} AND folders.owner = ${id})`,
        },
      },
    }),
    onError: (error) => console.error(error),
  });
const syncOf = (db: Site, fetch: ReturnType<typeof createSyncHandler>) =>
  createSync({ db, fetch, retry: { attempts: 1 } });
const names = async (db: Site) =>
  (await db.select().from(files).orderBy(files.id)).map((f) => f.id);

test('a child of a parent that was deleted meanwhile is left out, and its device goes on', async () => {
  const [server, ann] = [await openFolders(), await openFolders()];
  const sync = syncOf(ann, handlerFor(server, 'ann'));
  await ann.insert(folders).values([
    { id: 'gone', owner: 'ann' },
    { id: 'kept', owner: 'ann' },
  ]);
  await sync.sync();
  await server.delete(folders).where(eq(folders.id, 'gone'));
  await server.insert(files).values({ id: 'by server', folder: 'kept' });
  await ann.insert(files).values([
    { id: 'orphan', folder: 'gone' },
    { id: 'fine', folder: 'kept' },
  ]);

  const first = await sync.sync();
  expect(first).toMatchObject({ refused: 1 });
  expect(first.refusedRows).toMatchObject([{ table: 'files', key: { id: 'orphan' } }]);
  expect(await names(server)).toEqual(['by server', 'fine']);
  expect(await ann.select().from(folders)).toEqual([{ id: 'kept', owner: 'ann' }]);
  expect(await names(ann)).toContain('by server');

  await ann.insert(files).values({ id: 'later', folder: 'kept' });
  // Still left out, and not sent again.
  expect(await sync.sync()).toMatchObject({ pushed: 2, refused: 1 });
  expect(await names(server)).toEqual(['by server', 'fine', 'later']);
});

test('a request whose cursor is ahead is answered before anything of it is merged', async () => {
  const [server, ann] = [await openFolders(), await openFolders()];
  await ann.insert(folders).values({ id: 'a', owner: 'ann' });
  const { changes } = await ann.$crr.changes();
  const body = await binaryCodec.encodeRequest({
    siteId: await ann.$crr.siteId(),
    schema: '',
    push: { changes, through: 1 },
    pull: { cursor: 1_000, filter: '', skip: [], maxBytes: 10_000 },
  });
  const headers = { 'content-type': binaryCodec.contentType, accept: 'application/json' };
  const request = new Request('http://x/', { method: 'POST', body, headers });
  const answer = await handlerFor(server, 'ann')(request);
  expect(answer.status).toBe(409);
  expect(await answer.json()).toMatchObject({ error: { code: 'CRR_SYNC_CURSOR_AHEAD' } });
  expect(await server.select().from(folders)).toEqual([]);
});

test('devices of several owners are never locked out, and get all folders that they may see', async () => {
  for (const seed of [1, 2, 3, 4]) {
    const random = new Random(seed);
    const server = await openFolders();
    const owners = ['ann', 'bob'] as const;
    const devices = await Promise.all(
      owners.flatMap((owner) =>
        [1, 2].map(async () => {
          const db = await openFolders();
          return { owner, db, sync: syncOf(db, handlerFor(server, owner)) };
        }),
      ),
    );
    const folder = () => `folder-${random.int(4)}`;
    for (let step = 0; step < 60; step++) {
      const { db, owner, sync } = devices[random.int(devices.length)]!;
      const id = `file-${random.int(8)}`;
      const what = random.int(6);
      if (what === 0)
        await db.insert(folders).values({ id: folder(), owner }).onConflictDoNothing();
      else if (what === 1) await db.delete(folders).where(eq(folders.id, folder()));
      else if (what === 2) await db.delete(files).where(eq(files.id, id));
      else if (what === 3) {
        await db.insert(files).values({ id, folder: folder(), name: owner }).onConflictDoNothing();
      } else if (what === 4)
        await db.update(files).set({ folder: folder() }).where(eq(files.id, id));
      else await sync.sync();
    }
    for (let round = 0; round < 3; round++) for (const { sync } of devices) await sync.sync();
    for (const owner of owners) {
      const own = eq(folders.owner, owner);
      const seen = await server.select({ id: folders.id }).from(folders).where(own);
      const [one, two] = devices.filter((device) => device.owner === owner);
      for (const device of [one!, two!]) {
        const ids = (await device.db.select().from(folders)).map((row) => row.id);
        for (const { id } of seen) expect(ids, `seed ${seed}, ${owner}`).toContain(id);
      }
    }
  }
});
