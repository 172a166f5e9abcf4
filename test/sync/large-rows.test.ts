/** Rows and cells of any size: they travel in parts or are named, and stop nothing else. */
import { randomBytes } from 'node:crypto';
import { eq, ne } from 'drizzle-orm';
import { text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { counter, crrTable, increment, packKey, unpackKey } from '../../src/index.js';
import { createSync, createSyncHandler } from '../../src/sync/index.js';
import { Random } from '../support/random.js';
import { openSite as openSiteOf } from '../support/site.js';
import { connect, contents, note, notes, openSite, type Site, serve } from './world.js';

const MiB = 2 ** 20;
/** Text that cannot be compressed to less than three quarters. */
const noise = (bytes: number) =>
  randomBytes(Math.ceil(bytes * 0.75))
    .toString('base64')
    .slice(0, bytes);
const ids = async (site: Site) =>
  (await site.db.select({ id: notes.id }).from(notes)).map(({ id }) => id).sort();

describe.each([200, 300, 70_000, 130_000, 1_100_000])('a key of %i bytes', (bytes) => {
  test('is packed and unpacked, and travels in both directions', async () => {
    const key = 'k'.repeat(bytes);
    expect(unpackKey(packKey([key, 5n]))).toEqual([key, 5n]);
    const [server, a, b] = [await openSite(), await openSite(), await openSite()];
    await a.db.insert(notes).values([note(key), note('other')]);
    await connect(a, serve(server)).sync();
    await connect(b, serve(server)).sync();
    expect(await ids(b)).toEqual([key, 'other'].sort());
  });
});

test('a row that is larger than a message travels in parts', async () => {
  const [server, a, b] = [await openSite(), await openSite(), await openSite()];
  const large = { body: 'x'.repeat(17 * MiB), data: Buffer.alloc(17 * MiB, 1) };
  await a.db.insert(notes).values([note('first'), note('large', large), note('last')]);
  await connect(a, serve(server)).sync();
  expect(await contents(server)).toBe(await contents(a));
  const sync = connect(b, serve(server));
  expect(await sync.sync()).toMatchObject({ tooLarge: 0, pulled: 15 });
  expect(await contents(b)).toBe(await contents(a));
  expect(await sync.sync()).toMatchObject({ pulled: 0, pushed: 0, requests: 1 });
}, 60_000);

test('many rows that are large together travel in several messages', async () => {
  const [server, a, b] = [await openSite(), await openSite(), await openSite()];
  const body = () => noise(MiB / 10);
  await a.db
    .insert(notes)
    .values(Array.from({ length: 60 }, (_, i) => note(String(i), { body: body() })));
  const limits = { maxBodyBytes: 2.5 * MiB };
  await connect(a, serve(server, { limits })).sync();
  expect(await contents(server)).toBe(await contents(a));
  await connect(b, serve(server), { maxMessageBytes: MiB }).sync();
  expect(await contents(b)).toBe(await contents(a));
});

test('a cell that is too large for the server is named, and everything behind it arrives', async () => {
  const [server, a] = [await openSite(), await openSite()];
  await a.db.insert(notes).values(note('large', { data: randomBytes(6e6) }));
  await a.db.insert(notes).values(note('later'));
  const sync = connect(a, serve(server));
  const cell = { table: 'notes', key: { id: 'large' }, cid: 'data', limitOf: 'server' };
  expect(await sync.sync()).toMatchObject({ tooLarge: 1, tooLargeCells: [cell] });
  expect(await ids(server)).toEqual(['large', 'later']);
  expect(await server.db.select().from(notes).where(eq(notes.id, 'large'))).toMatchObject([
    { body: 'body of large', data: null },
  ]);

  // It is not sent again, but remembered, until the row changes.
  const refusedRows = [{ table: 'notes', key: { id: 'large' }, code: 'CRR_SYNC_TOO_LARGE' }];
  expect(await sync.sync()).toMatchObject({ pushed: 0, tooLarge: 0, refused: 1, refusedRows });
  await a.db.update(notes).set({ stars: 2 }).where(eq(notes.id, 'large'));
  const large = serve(server, { limits: { maxBodyBytes: 40 * MiB } });
  expect(await connect(a, large).sync()).toMatchObject({ tooLarge: 0, refused: 0 });
  expect(await contents(server)).toBe(await contents(a));
}, 60_000);

test('a cell that is too large for the client is named, and everything behind it arrives', async () => {
  const [server, a] = [await openSite(), await openSite()];
  await server.db.insert(notes).values(note('large', { data: randomBytes(MiB) }));
  await server.db.insert(notes).values(note('later'));
  for (const format of ['binary', 'json'] as const) {
    const client = format === 'binary' ? a : await openSite();
    const sync = connect(client, serve(server), { maxMessageBytes: MiB, format });
    const cell = { table: 'notes', key: { id: 'large' }, cid: 'data', limitOf: 'client' };
    expect(await sync.sync()).toMatchObject({ tooLarge: 1, tooLargeCells: [cell] });
    expect(await ids(client)).toEqual(['large', 'later']);
    expect(await sync.sync()).toMatchObject({ tooLarge: 0, pulled: 0 });
  }
}, 60_000);

test('a key that is too large for the client is named without it', async () => {
  const [server, a] = [await openSite(), await openSite()];
  await server.db.insert(notes).values([note('k'.repeat(2 * MiB)), note('later')]);
  const sync = connect(a, serve(server), { maxMessageBytes: MiB });
  const result = await sync.sync();
  expect(result.tooLarge).toBe(5);
  expect(result.tooLargeCells[0]).toEqual({
    table: 'notes',
    key: {},
    cid: 'owner',
    limitOf: 'client',
  });
  expect(await ids(a)).toEqual(['later']);
}, 60_000);

const files = crrTable('files', {
  id: text('id').primaryKey().notNull(),
  // Before the small ones, so that parts in the order of the columns would begin with it.
  body: text('body').notNull(),
  more: text('more').notNull(),
  owner: text('owner').notNull(),
});

test('rights and NOT NULL columns hold for a row that arrives in parts', async () => {
  const [server, a, b] = await Promise.all([1, 2, 3].map(() => openSiteOf({ files })));
  const client = (db: typeof server) =>
    createSync({
      db: db!,
      fetch: createSyncHandler({
        db: server!,
        authorize: () => ({ id: 'ann', tables: { files: { where: eq(files.owner, 'ann') } } }),
      }),
      chunkBytes: 10_000,
    });
  const row = { id: 'a', body: 'x'.repeat(30_000), more: 'y'.repeat(30_000), owner: 'ann' };
  await a!.insert(files).values(row);
  expect(await client(a).sync()).toMatchObject({ refused: 0 });
  expect(await server!.select().from(files)).toEqual([row]);
  await client(b).sync();
  expect(await b!.select().from(files)).toEqual([row]);
});

test.each([false, true])(
  'of a row of which a part was refused, nothing more is sent; cut off in between: %s',
  async (isCutOff) => {
    const [server, a] = await Promise.all([1, 2].map(() => openSiteOf({ files })));
    const handler = createSyncHandler({
      db: server!,
      authorize: () => ({ id: 'ann', tables: { files: { readOnly: ['owner'] } } }),
    });
    let requests = 0;
    const client = () =>
      createSync({
        db: a!,
        fetch: async (request) => {
          if (isCutOff && ++requests === 3) throw new TypeError('cut off');
          return handler(request);
        },
        chunkBytes: 10_000,
        retry: { attempts: 1 },
      });
    const row = { id: 'a', body: 'b', more: 'm', owner: 'ann' };
    await server!.insert(files).values(row);
    await client().sync();
    const refusedRows = [{ table: 'files', key: { id: 'a' }, code: 'CRR_CHANGE_COLUMN_REFUSED' }];
    // The small cell comes first, and may not be written.
    await a!
      .update(files)
      .set({ owner: 'bob', body: 'x'.repeat(30_000), more: 'y'.repeat(30_000) });
    if (isCutOff) await expect(client().sync()).rejects.toMatchObject({ code: 'CRR_SYNC_NETWORK' });
    expect(await client().sync()).toMatchObject({ refused: 1, refusedRows });
    expect(await client().sync()).toMatchObject({ refused: 1, refusedRows });
    expect(await server!.select().from(files)).toEqual([row]);
  },
);

test('a client drops a row while its relay only has a part that hides it, and what was refused of it is gone', async () => {
  const [server, relay, a] = await Promise.all([1, 2, 3].map(() => openSiteOf({ notes })));
  const handler = createSyncHandler({
    db: relay!,
    authorize: () => ({ id: 'ann', tables: { notes: { where: ne(notes.owner, 'bob') } } }),
  });
  const client = createSync({ db: a!, fetch: handler });
  const dropped: unknown[] = [];
  client.subscribe((event) => {
    if (event.type === 'hidden') dropped.push(...event.rows);
  });
  await a!.insert(notes).values(note('x', { owner: 'bob' }));
  const refusedRows = [{ table: 'notes', key: { id: 'x' }, code: 'CRR_CHANGE_ROW_REFUSED' }];
  expect(await client.sync()).toMatchObject({ refusedRows });

  // The small cells come first, and without an owner the row is hidden.
  const row = note('x', { owner: 'ann and others', body: '' });
  await server!.insert(notes).values(row);
  let requests = 0;
  const upstream = createSync({
    db: relay!,
    fetch: async (request) => {
      if (++requests === 2) throw new TypeError('cut off');
      return serve({ db: server! }, { limits: { maxChanges: 4 } })(request);
    },
    retry: { attempts: 1 },
  });
  await expect(upstream.sync()).rejects.toMatchObject({ code: 'CRR_SYNC_NETWORK' });
  expect(await relay!.select().from(notes)).toMatchObject([{ id: 'x', owner: null }]);
  expect(await client.sync()).toMatchObject({ hidden: 1, refusedRows });
  expect(await a!.select().from(notes)).toEqual([]);
  expect(dropped).toEqual([{ table: 'notes', key: { id: 'x' } }]);

  await upstream.sync();
  expect(await client.sync()).toMatchObject({ refused: 0 });
  expect(await a!.select().from(notes)).toEqual(await server!.select().from(notes));
});

const polls = crrTable('polls', {
  id: text('id').primaryKey().notNull(),
  owner: text('owner'),
  title: text('title'),
  votes: counter('votes'),
});

test('a row that was refused in parts, is hidden, and is back in the same sync gets what this site has added to it', async () => {
  const [server, a] = await Promise.all([1, 2].map(() => openSiteOf({ polls })));
  const handler = createSyncHandler({
    db: server!,
    authorize: () => ({ id: 'ann', tables: { polls: { where: ne(polls.owner, 'bob') } } }),
  });
  await server!.insert(polls).values({ id: 'x', owner: 'ann' });
  const isX = eq(polls.id, 'x');
  let requests = 4;
  const client = createSync({
    db: a!,
    fetch: async (request) => {
      requests++;
      // The first two send the row.
      if (requests === 3) await server!.update(polls).set({ owner: 'bob' });
      if (requests === 4) await server!.update(polls).set({ owner: 'cat' }).where(isX);
      return handler(request);
    },
    maxChanges: 2,
  });
  await client.sync();
  await a!.update(polls).set({ owner: 'bob', title: 'title', votes: increment(polls.votes, 3) });
  for (const id of ['v', 'w', 'y', 'z'])
    await a!.insert(polls).values({ id, owner: 'ann', title: id });
  requests = 0;
  expect(await client.sync()).toMatchObject({ hidden: 1 });
  await client.sync();
  const row = { id: 'x', owner: 'cat', title: null, votes: 3 };
  expect(await a!.select().from(polls).where(isX)).toEqual([row]);
  expect(await server!.select().from(polls).where(isX)).toEqual([row]);
});

const SEED = Number(process.env.CRR_SEED ?? 23);
const HISTORIES = Number(process.env.CRR_HISTORIES ?? 10);
const only = process.env.CRR_HISTORY;

test.each(
  Array.from({ length: HISTORIES }, (_, i) => i).filter(
    (i) => only === undefined || Number(only) === i,
  ),
)(
  `rows of random sizes that change while they travel in parts (seed ${SEED}, history %i)`,
  async (history) => {
    const random = new Random(SEED * 1_000 + history);
    const server = await openSite();
    const clients = [await openSite(), await openSite()];
    const syncs = clients.map((site, i) => {
      const handler = serve(server);
      return connect(
        site,
        async (request) => {
          // Somebody writes between two parts of a row.
          if (random.chance(0.5)) await write(random.pick([server, ...clients]));
          if (random.chance(0.1)) throw new TypeError('cut off');
          return handler(request);
        },
        { chunkBytes: 500 + i * 300, maxChanges: random.pick([2, 7, 100]) },
      );
    });
    const write = async (site: Site) => {
      const id = random.pick(['a', 'b', 'c', 'd']);
      const body = 'b'.repeat(random.pick([1, 100, 900, 3_000]));
      const data = Buffer.alloc(random.pick([0, 400, 2_000]), 7);
      const what = random.int(8);
      if (what === 0) await site.db.delete(notes).where(eq(notes.id, id));
      else if (what < 4) await site.db.update(notes).set({ body }).where(eq(notes.id, id));
      else
        await site.db
          .insert(notes)
          .values(note(id, { body, data }))
          .onConflictDoUpdate({ target: notes.id, set: { data } });
    };
    for (let step = 0; step < 25; step++) {
      await write(random.pick([server, ...clients]));
      if (random.chance(0.5))
        await random
          .pick(syncs)
          .sync()
          .catch(() => {});
    }
    const calm = clients.map((site) => connect(site, serve(server), { chunkBytes: 700 }));
    for (let i = 0; i < 2; i++) for (const sync of calm) await sync.sync();
    for (const site of clients) expect(await contents(site)).toBe(await contents(server));
  },
);
