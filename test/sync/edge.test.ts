/**
 * The worker of examples/turso-edge, bundled as wrangler does and run by workerd, before a real sqld;
 * two clients with databases in files that go offline and come back.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import type { Miniflare } from 'miniflare';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { runWorker } from '../../examples/turso-edge/run-worker.js';
import * as schema from '../../examples/turso-edge/schema.js';
import { createSync } from '../../src/sync/index.js';
import { readEvents } from '../../src/sync/wire/live-events.js';
import { type Sqld, sqldBinary, startSqld } from '../../tools/sqld/index.js';
import { openClient } from '../support/client.js';
import { openSite } from '../support/site.js';

const { todos } = schema;

const open = (url: string) => openSite(schema, openClient({ url }), { ddl: schema.TODOS_DDL });

const hasSqld = sqldBinary() !== undefined;
describe.skipIf(!hasSqld)(`the edge example (skipped where sqld has no binary)`, () => {
  let sqld: Sqld;
  let worker: Miniflare;
  let directory: string;
  let url: string;
  let server: Awaited<ReturnType<typeof open>>;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'crr-edge-'));
    sqld = (await startSqld())!;
    server = await open(sqld.httpUrl);
    worker = await runWorker(sqld.httpUrl);
    url = new URL('/sync', await worker.ready).href;
  });

  afterAll(async () => {
    await worker?.dispose();
    await sqld?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  async function device(name: string, token = 'a-token') {
    const db = await open(`file:${join(directory, `${name}.db`)}`);
    let online = true;
    const sync = createSync({
      db,
      url,
      headers: { authorization: `Bearer ${token}` },
      fetch: (request) => (online ? fetch(request) : Promise.reject(new TypeError('offline'))),
      retry: { attempts: 1, baseMs: 10, maxMs: 50 },
      continuous: { localPollMs: 50 },
    });
    const setOnline = (value: boolean) => {
      online = value;
    };
    return { db, sync, setOnline };
  }

  const rows = (db: typeof server) => db.select().from(todos).orderBy(todos.id);

  test('two devices write offline and meet again', async () => {
    const [phone, laptop] = [await device('phone'), await device('laptop')];
    await phone.db.insert(todos).values([
      { id: '1', owner: 'ann', title: 'milk' },
      { id: '2', owner: 'ann', title: 'bread' },
    ]);
    await phone.sync.sync();
    await laptop.sync.sync();
    expect(await rows(laptop.db)).toEqual(await rows(phone.db));
    for (const { setOnline } of [phone, laptop]) setOnline(false);
    await phone.db.update(todos).set({ done: true }).where(eq(todos.id, '1'));
    await laptop.db.update(todos).set({ title: 'oat milk' }).where(eq(todos.id, '1'));
    await laptop.db.delete(todos).where(eq(todos.id, '2'));
    await expect(phone.sync.sync()).rejects.toMatchObject({ code: 'CRR_SYNC_NETWORK' });
    for (const { setOnline } of [phone, laptop]) setOnline(true);
    for (const { sync } of [phone, laptop, phone]) await sync.sync();
    const merged = [{ id: '1', owner: 'ann', title: 'oat milk', done: true }];
    expect(await rows(phone.db)).toEqual(merged);
    expect(await rows(laptop.db)).toEqual(merged);
    expect(await rows(server)).toEqual(merged);
  });

  test('live: both follow each other through the event stream of the worker', async () => {
    const [phone, laptop] = [await device('phone-live'), await device('laptop-live')];
    try {
      phone.sync.start();
      laptop.sync.start();
      await phone.db.insert(todos).values({ id: 'live', owner: 'ann', title: 'now' });
      await vi.waitFor(async () => expect(await rows(laptop.db)).toEqual(await rows(phone.db)), {
        timeout: 20_000,
        interval: 20,
      });
    } finally {
      await Promise.all([phone.sync.stop(), laptop.sync.stop()]);
    }
  });

  test('a live stream goes on when the request that began to poll has ended', async () => {
    const open = async () => {
      const abort = new AbortController();
      const headers = { accept: 'text/event-stream', authorization: 'Bearer a-token' };
      const { body } = await fetch(url, { headers, signal: abort.signal });
      const events = readEvents(body!, { signal: abort.signal });
      const next = async () => (await events.next()).value!;
      return { next, end: () => abort.abort() };
    };
    const streams = [await open(), await open(), await open()];
    for (const { next } of streams) await next();
    while (streams.length > 1) {
      streams.shift()!.end();
      const next = streams.map(({ next }) => next());
      // Not through the worker: only polling can notice it.
      await server.insert(todos).values({ id: `poll-${streams.length}`, owner: 'ann', title: 'x' });
      const version = await server.$crr.version();
      expect(await Promise.all(next)).toEqual(next.map(() => ({ type: 'version', version })));
    }
    streams[0]!.end();
  });

  test("nobody sees another user's rows; nobody without a token sees anything", async () => {
    await server.insert(todos).values({ id: 'b', owner: 'bob', title: 'secret' });
    const [ann, bob] = [await device('ann'), await device('bob', 'b-token')];
    await ann.sync.sync();
    await bob.sync.sync();
    expect((await rows(ann.db)).every(({ owner }) => owner === 'ann')).toBe(true);
    expect((await rows(bob.db)).map(({ id }) => id)).toEqual(['b']);
    const stranger = await device('stranger', 'x');
    await expect(stranger.sync.sync()).rejects.toMatchObject({ status: 401 });
  });

  test('a large first sync passes through the worker in chunks', async () => {
    const phone = await device('many');
    const many = Array.from({ length: 3_000 }, (_, i) => ({
      id: `many-${i}`,
      owner: 'ann',
      title: `todo ${i} `.repeat(8),
    }));
    await phone.db.insert(todos).values(many);
    await phone.sync.sync();
    const laptop = await device('many-2');
    const result = await laptop.sync.sync();
    expect(result.requests).toBeLessThan(6);
    expect(await rows(laptop.db)).toEqual(await rows(phone.db));
  });
});
