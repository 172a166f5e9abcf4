/** What `onEvent` of a database, of a client and of a handler is called with. */
import { integer, text } from 'drizzle-orm/sqlite-core';
import { expect, test, vi } from 'vitest';
import { type CrrEvent, crrTable } from '../../src/index.js';
import { eventEmitter } from '../../src/live/events.js';
import { createSync, createSyncHandler, type Fetch } from '../../src/sync/index.js';
import { openSite } from '../support/site.js';

const SECRET = 'a secret that stands in every key and value';
const diaries = crrTable('diaries', {
  id: text('id').primaryKey().notNull(),
  body: text('body'),
  pages: integer('pages'),
});
const row = (id: string, more: Partial<typeof diaries.$inferInsert> = {}) => ({
  id: `${SECRET} ${id}`,
  body: SECRET,
  pages: 1,
  ...more,
});
const ms = expect.any(Number);

async function listening() {
  const events: CrrEvent[] = [];
  const onEvent = (event: CrrEvent) => void events.push(event);
  const db = await openSite({ diaries }, undefined, { crr: { onEvent } });
  return { db, events, onEvent, take: () => events.splice(0) };
}
const plain = () => openSite({ diaries });

const NOTHING = {
  ...{ inserted: 0, updated: 0, deleted: 0, parked: 0, shown: 0, masked: 0, unmasked: 0 },
  ...{ rejected: 0, refused: 0, cellsWon: 0, cellsIgnored: 0, pending: 0, held: 0 },
};

test('an apply is counted, and one of nothing is no event', async () => {
  const [site, other] = [await listening(), await plain()];
  await other.insert(diaries).values([row('1'), row('2')]);
  await site.db.$crr.apply(await other.$crr.changes());
  expect(site.take()).toEqual([
    { ...NOTHING, type: 'apply', changes: 4, durationMs: ms, inserted: 2, cellsWon: 4 },
  ]);
  await site.db.$crr.apply(await other.$crr.changes());
  expect(site.take()).toEqual([
    { ...NOTHING, type: 'apply', changes: 4, durationMs: ms, cellsIgnored: 4 },
  ]);
  await site.db.$crr.apply([]);
  await site.db.$crr.install();
  expect(site.take()).toEqual([]);
});

test('each page of a stream is an apply', async () => {
  const [site, other] = [await listening(), await plain()];
  await other.insert(diaries).values([row('1'), row('2'), row('3')]);
  await site.db.$crr.apply(other.$crr.changes({ limit: 2 }));
  const inserted = site.take().map((event) => event.type === 'apply' && event.inserted);
  expect(inserted.filter((count) => count !== 0)).toEqual([1, 1, 1]);
});

test('a batch that is refused is an event with the code, and a new site id is one', async () => {
  const site = await listening();
  await site.db.insert(diaries).values(row('1'));
  const { changes } = await site.db.$crr.changes();
  const broken = [{ ...changes[0]!, pk: new Uint8Array([9]) }];
  await expect(site.db.$crr.apply(broken)).rejects.toMatchObject({ code: expect.anything() });
  expect(site.take()).toEqual([
    { type: 'apply-failed', changes: 1, durationMs: ms, code: 'CRR_CHANGE_PACKED_KEY' },
  ]);
  await site.db.$crr.rotateSiteId();
  expect(site.take()).toEqual([{ type: 'site-id-changed' }]);
});

test('a sync is one event of the client, and one for each request on either side', async () => {
  const [client, server] = [await listening(), await listening()];
  const handler = createSyncHandler({ db: server.db, public: true, onEvent: server.onEvent });
  const sync = createSync({ db: client.db, fetch: handler, onEvent: client.onEvent });
  await client.db.insert(diaries).values(row('1'));
  await server.db.insert(diaries).values([row('2'), row('3')]);
  const result = await sync.sync();
  const { bytesSent, bytesReceived } = result;
  expect(bytesSent).toBeGreaterThan(0);
  expect(server.take()).toEqual([
    { ...NOTHING, type: 'apply', changes: 2, durationMs: ms, inserted: 1, cellsWon: 2 },
    {
      type: 'handler-request',
      ...{ method: 'POST', status: 200, code: undefined, durationMs: ms },
      ...{ bytesReceived: bytesSent, bytesSent: bytesReceived, pushed: 2, pulled: 4 },
      ...{ hidden: 0, refused: 0, rejected: 0, pending: 0 },
    },
  ]);
  expect(client.take()).toEqual([
    { type: 'sync-request', durationMs: ms, bytesSent, bytesReceived, code: undefined },
    { ...NOTHING, type: 'apply', changes: 4, durationMs: ms, inserted: 2, cellsWon: 4 },
    {
      type: 'sync',
      ...{ pushed: 2, pushedWon: 2, pushedHeld: 0, pulled: 4, pulledWon: 4, hidden: 0, refused: 0 },
      ...{ rejected: 0, tooLarge: 0, requests: 1, bytesSent, bytesReceived, sameSchema: true },
      durationMs: ms,
    },
  ]);
});

test('refused rows, refused requests and failures are counted by their codes', async () => {
  const [client, server] = [await listening(), await listening()];
  let authorization: { tables: { diaries: { write: false } } } | null = {
    tables: { diaries: { write: false } },
  };
  const handler = createSyncHandler({
    db: server.db,
    authorize: () => authorization,
    onEvent: server.onEvent,
    onError: () => {},
  });
  const sync = createSync({ db: client.db, fetch: handler, onEvent: client.onEvent });
  await client.db.insert(diaries).values(row('1'));
  await sync.sync();
  expect(server.take()).toMatchObject([
    { type: 'apply', changes: 2, inserted: 0, refused: 1 },
    { type: 'handler-request', pushed: 2, refused: 1 },
  ]);
  expect(client.take().at(-1)).toMatchObject({ type: 'sync', refused: 1 });
  authorization = null;
  await expect(sync.sync()).rejects.toMatchObject({ status: 401 });
  const refused = { status: 401, code: 'CRR_SYNC_UNAUTHORIZED' };
  expect(server.take()).toMatchObject([{ type: 'handler-request', ...refused, pulled: 0 }]);
  expect(client.take()).toMatchObject([
    { type: 'sync-request', code: 'CRR_SYNC_UNAUTHORIZED', bytesReceived: 0 },
    { type: 'sync-failed', ...refused },
  ]);
  const statusOf = async (method: string) =>
    (await handler(new Request('http://localhost/', { method }))).status;
  expect([await statusOf('PATCH'), await statusOf('PUT')]).toEqual([405, 401]);
  expect(server.take()).toMatchObject([
    { method: 'other', code: 'CRR_SYNC_METHOD' },
    { method: 'PUT', code: 'CRR_SYNC_UNAUTHORIZED' },
  ]);
});

test('a retry is an event with its delay, and so is a recovery', async () => {
  const [client, server, replaced] = [await listening(), await plain(), await plain()];
  let handler: Fetch = createSyncHandler({ db: server, public: true });
  let failures = 0;
  const sync = createSync({
    db: client.db,
    fetch: async (request) => {
      if (failures-- > 0) return new Response(null, { status: 503 });
      return handler(request);
    },
    retry: { baseMs: 1, maxMs: 5 },
    onEvent: client.onEvent,
  });
  failures = 1;
  await client.db.insert(diaries).values(row('1'));
  await sync.sync();
  expect(client.take()).toMatchObject([
    { type: 'sync-retry', attempt: 1, delayMs: ms, status: 503 },
    { type: 'sync-request', code: undefined },
    { type: 'sync', requests: 1 },
  ]);
  handler = createSyncHandler({ db: replaced, public: true });
  await sync.sync();
  expect(client.take()).toMatchObject([
    { type: 'sync-request', code: 'CRR_SYNC_OTHER_SITE' },
    { type: 'sync-recovery', code: 'CRR_SYNC_OTHER_SITE' },
    { type: 'sync-request', code: undefined },
    { type: 'sync', pushed: 2 },
  ]);
});

test('the phases of a continuous sync are events', async () => {
  const [client, server] = [await listening(), await plain()];
  const handler = createSyncHandler({ db: server, public: true });
  const sync = createSync({
    db: client.db,
    fetch: handler,
    continuous: { liveStream: false },
    onEvent: client.onEvent,
  });
  sync.start();
  await vi.waitFor(() =>
    expect(client.events).toContainEqual({ type: 'sync-phase', phase: 'idle' }),
  );
  await sync.stop();
  const phases = client.events.flatMap((event) => (event.type === 'sync-phase' ? event.phase : []));
  expect(phases.slice(0, 2)).toEqual(['syncing', 'idle']);
  expect(phases.at(-1)).toBe('stopped');
});

test('no event names a row, a value, a table or a site', async () => {
  const [client, server] = [await listening(), await listening()];
  const handler = createSyncHandler({
    db: server.db,
    authorize: () => ({ id: SECRET, tables: { diaries: { write: false } } }),
    onEvent: server.onEvent,
  });
  const sync = createSync({ db: client.db, fetch: handler, onEvent: client.onEvent });
  await client.db.insert(diaries).values(row('1'));
  await server.db.insert(diaries).values(row('2'));
  await sync.sync();
  const { changes } = await client.db.$crr.changes();
  await client.db.$crr.apply([{ ...changes[0]!, cid: SECRET, val: SECRET }]).catch(() => {});
  const events = [...client.take(), ...server.take()];
  expect(events.length).toBeGreaterThan(4);
  for (const event of events) {
    for (const [name, value] of Object.entries(event)) {
      const isText = typeof value === 'string';
      expect(isText ? TEXTS.test(value) : SCALARS.includes(typeof value), name).toBe(true);
    }
  }
  expect(JSON.stringify(events)).not.toContain('diaries');
});
const SCALARS = ['number', 'boolean', 'undefined'];
/** Types, phases, methods and codes. */
const TEXTS = /^([a-z-]+|GET|POST|CRR_[A-Z_]+)$/;

test('a listener that throws or rejects disturbs nothing', async () => {
  const [client, server] = [await plain(), await plain()];
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const fail = () => {
    throw new Error('the listener failed');
  };
  const handler = createSyncHandler({ db: server, public: true, onEvent: fail, onError });
  const reject = async () => fail();
  const sync = createSync({ db: client, fetch: handler, onEvent: reject, onError });
  await client.insert(diaries).values(row('1'));
  expect(await sync.sync()).toMatchObject({ pushed: 2, pushedWon: 2 });
  await vi.waitFor(() => expect(errors).toHaveLength(3)); // The request on both sides, and the sync.
  const console = vi.spyOn(globalThis.console, 'error').mockReturnValue();
  const strict = await openSite({ diaries }, undefined, { crr: { onEvent: fail } });
  const { inserted } = await strict.$crr.apply(await client.$crr.changes());
  expect(inserted).toHaveLength(1);
  expect(console).toHaveBeenCalledTimes(1);
  console.mockRestore();
});

test('without a listener no event is made', () => {
  expect(eventEmitter(undefined)).toBeUndefined();
});
