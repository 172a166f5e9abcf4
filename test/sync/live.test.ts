import { eq } from 'drizzle-orm';
import { afterEach, expect, test, vi } from 'vitest';
import { readVersions } from '../../src/sync/client/event-stream.js';
import type { Sync, SyncEvent } from '../../src/sync/index.js';
import { connect, contents, note, notes, openSite, type Site, serve } from './world.js';

const started: Sync[] = [];
afterEach(async () => {
  vi.unstubAllGlobals();
  await Promise.all(started.splice(0).map((sync) => sync.stop()));
});

function start<T extends Sync>(sync: T): T {
  started.push(sync);
  sync.start();
  return sync;
}

const same = async (...sites: Site[]) => {
  await vi.waitFor(
    async () => {
      const all = await Promise.all(sites.map(contents));
      expect(new Set(all).size).toBe(1);
    },
    { timeout: 10_000, interval: 20 },
  );
};

test('what one client writes reaches the others by the live stream, without polling', async () => {
  const [server, a, b] = [await openSite(), await openSite(), await openSite()];
  const handler = serve(server, { live: { pollMs: 20 } });
  // Polling is as good as off: only the stream can bring news.
  const continuous = { localPollMs: 20, remotePollMs: 3_600_000 };
  const [syncA, syncB] = [
    start(connect(a, handler, { continuous })),
    start(connect(b, handler, { continuous })),
  ];
  await vi.waitFor(() => expect([syncA.phase, syncB.phase]).toEqual(['idle', 'idle']));
  await a.db.insert(notes).values(note('1'));
  await same(a, b, server);
  await b.db.update(notes).set({ stars: 5 }).where(eq(notes.id, '1'));
  await same(a, b, server);
  await server.db.delete(notes);
  await same(a, b, server);
});

test('without a stream, polling brings the news', async () => {
  const [server, a] = [await openSite(), await openSite()];
  const handler = serve(server, { limits: { maxStreams: 0 } });
  const statuses = new Set<number>();
  const sync = connect(
    a,
    async (request) => {
      const response = await handler(request);
      statuses.add(response.status);
      return response;
    },
    { continuous: { localPollMs: 20, remotePollMs: 20 } },
  );
  start(sync);
  await server.db.insert(notes).values(note('1'));
  await same(a, server);
  expect(statuses).toContain(503);
});

test.each([
  ['is held back on the way', () => new Response(new ReadableStream())],
  ['never begins', () => new Promise<Response>(() => {})],
])('a stream that %s leaves nobody waiting: polling brings the news', async (_, silent) => {
  const [server, a] = [await openSite(), await openSite()];
  const handler = serve(server);
  const headers = { 'content-type': 'text/event-stream' };
  let streams = 0;
  const sync = connect(
    a,
    async (request) => {
      if (request.method !== 'GET') return handler(request);
      streams++;
      return new Response((await silent()).body, { headers });
    },
    { continuous: { localPollMs: 20, remotePollMs: 20 } },
  );
  start(sync);
  await vi.waitFor(() => expect([sync.phase, streams]).toEqual(['idle', 1]));
  await server.db.insert(notes).values(note('1'));
  await same(a, server);
  expect(streams).toBe(1);
});

test('while the stream is heard, nobody polls', async () => {
  const [server, a] = [await openSite(), await openSite()];
  const handler = serve(server, { live: { pollMs: 5 } });
  const continuous = { localPollMs: 5, remotePollMs: 5 };
  let heard = () => {};
  const first = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const sync = connect(
    a,
    async (request) => {
      const response = await handler(request);
      if (request.method !== 'GET') return response;
      const watched = new TransformStream({
        transform(chunk, controller) {
          controller.enqueue(chunk);
          heard();
        },
      });
      return new Response(response.body!.pipeThrough(watched), response);
    },
    { continuous },
  );
  start(sync);
  await first;
  await vi.waitFor(() => expect(sync.phase).toBe('idle'));
  const asked = sync.counts.requests;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(sync.counts.requests - asked).toBeLessThan(2);
});

test('offline, it goes on trying, and tells; back online, everything arrives', async () => {
  const [server, a] = [await openSite(), await openSite()];
  const handler = serve(server, { live: { pollMs: 20 } });
  let cut = true;
  const sync = connect(
    a,
    (request) => (cut ? Promise.reject(new TypeError('no network')) : handler(request)),
    { continuous: { localPollMs: 10, remotePollMs: 10 } },
  );
  const events: SyncEvent[] = [];
  sync.subscribe((event) => events.push(event));
  start(sync);
  await vi.waitFor(() => expect(sync.phase).toBe('offline'));
  await a.db.insert(notes).values(note('1'));
  await server.db.insert(notes).values(note('2'));
  cut = false;
  await same(a, server);
  const types = new Set(events.map(({ type }) => type));
  expect(types).toEqual(new Set(['phase', 'failed', 'progress', 'applied', 'synced']));
});

test('the platform tells when the network is gone and back: no timer is waited for', async () => {
  const platform = new EventTarget();
  vi.stubGlobal('addEventListener', platform.addEventListener.bind(platform));
  const [server, a] = [await openSite(), await openSite()];
  const handler = serve(server, { live: { pollMs: 20 } });
  let cut = false;
  const sync = connect(
    a,
    (request) => (cut ? Promise.reject(new TypeError('no network')) : handler(request)),
    {
      retry: { attempts: 1, baseMs: 3_600_000, maxMs: 3_600_000 },
      continuous: { localPollMs: 10 },
    },
  );
  start(sync);
  await vi.waitFor(() => expect(sync.phase).toBe('idle'));
  cut = true;
  platform.dispatchEvent(new Event('offline'));
  expect(sync.phase).toBe('offline');
  const asked = sync.counts.requests;
  await a.db.insert(notes).values(note('1'));
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(sync.counts.requests).toBe(asked);
  cut = false;
  platform.dispatchEvent(new Event('online'));
  await same(a, server);
});

test('a refusal is not repeated until there is something new', async () => {
  const [server, a] = [await openSite(), await openSite()];
  let allowed = false;
  const handler = serve(server, { authorize: () => (allowed ? { id: 'ann' } : null) });
  const sync = connect(a, handler, { continuous: { localPollMs: 10, remotePollMs: 10 } });
  start(sync);
  await vi.waitFor(() => expect(sync.phase).toBe('refused'));
  const asked = sync.counts.requests;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(sync.counts.requests).toBe(asked);
  allowed = true;
  await sync.stop();
  sync.start();
  await same(a, server);
});

test('stopped, nothing more is sent', async () => {
  const [server, a] = [await openSite(), await openSite()];
  const sync = start(connect(a, serve(server), { continuous: { localPollMs: 10 } }));
  await vi.waitFor(() => expect(sync.phase).toBe('idle'));
  await sync.stop();
  expect(sync.phase).toBe('stopped');
  const asked = sync.counts.requests;
  await a.db.insert(notes).values(note('1'));
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(sync.counts.requests).toBe(asked);
});

test('a sync under way can be aborted, and the next one finishes it', async () => {
  const [server, a] = [await openSite(), await openSite()];
  await server.db.insert(notes).values(Array.from({ length: 200 }, (_, i) => note(`n${i}`)));
  const abort = new AbortController();
  const sync = connect(a, serve(server), { chunkBytes: 2_000 });
  const end = sync.subscribe(({ type }) => {
    if (type === 'progress' && sync.counts.requests === 3) abort.abort();
  });
  await expect(sync.sync({ signal: abort.signal })).rejects.toMatchObject({
    code: 'CRR_SYNC_ABORTED',
  });
  end();
  const some = (await a.db.select().from(notes)).length;
  expect(some).toBeGreaterThan(0);
  expect(some).toBeLessThan(200);
  const rest = await sync.sync();
  expect(rest.pulled).toBe((200 - some) * 5);
  await same(a, server);
});

test('a push that was cut off goes on where it was, compressed all the way', async () => {
  const [server, a] = [await openSite(), await openSite()];
  const rows = Array.from({ length: 400 }, (_, i) => note(`n${i}`, { body: 'word '.repeat(40) }));
  // One transaction, larger than a chunk: it is cut between rows.
  await a.db.insert(notes).values(rows);
  const handler = serve(server);
  let left = 3;
  const cut = connect(
    a,
    (request) => (left-- > 0 ? handler(request) : Promise.reject(new TypeError('cut off'))),
    { chunkBytes: 8_000 },
  );
  await expect(cut.sync()).rejects.toMatchObject({ code: 'CRR_SYNC_NETWORK' });
  const some = (await server.db.select().from(notes)).length;
  expect(some).toBeGreaterThan(0);
  expect(some).toBeLessThan(400);
  // A new client, as after a crash: what it knows is in its database.
  const rest = await connect(a, handler, { chunkBytes: 8_000 }).sync();
  expect(rest.pushed).toBe((400 - some) * 5);
  expect(rest.bytesSent).toBeLessThan(((400 - some) * 'word '.length * 40) / 3);
  await same(a, server);
});

test('an answer that is larger than the client takes is refused, and nothing of it merged', async () => {
  const [server, a] = [await openSite(), await openSite()];
  await server.db.insert(notes).values(note('1', { body: 'x'.repeat(50_000) }));
  const small = connect(a, serve(server), { maxMessageBytes: 20_000 });
  await expect(small.sync()).rejects.toMatchObject({ code: 'CRR_SYNC_TOO_LARGE' });
  expect(await a.db.select().from(notes)).toEqual([]);
  await connect(a, serve(server)).sync();
  await same(a, server);
});

test('a slow reader of the live stream gets the newest version, not a queue of old ones', async () => {
  const server = await openSite();
  const handler = serve(server, { live: { pollMs: 1 } });
  const headers = { accept: 'text/event-stream' };
  const response = await handler(new Request('http://localhost/', { headers }));
  const reader = response.body!.getReader();
  const next = async () => new TextDecoder().decode((await reader.read()).value);
  expect(await next()).toBe('event: version\ndata: {"version":0}\n\n');
  for (let i = 0; i < 20; i++) await server.db.insert(notes).values(note(`n${i}`));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await next()).toBe('event: version\ndata: {"version":20}\n\n');
  await reader.cancel();
});

test('a stream that ends gives its place back', async () => {
  const server = await openSite();
  const handler = serve(server, { limits: { maxStreams: 1 }, live: { pollMs: 1, lifetimeMs: 30 } });
  const open = () =>
    handler(new Request('http://localhost/', { headers: { accept: 'text/event-stream' } }));
  const first = await open();
  const second = await open();
  expect([second.status, second.headers.get('retry-after')]).toEqual([503, '30']);
  for await (const _ of first.body!) {
    // Until its lifetime is over.
  }
  const third = await open();
  expect(third.status).toBe(200);
  await third.body!.cancel();
  expect((await open()).status).toBe(200);
});

test('events may come in any pieces', async () => {
  const text =
    'event: version\ndata: {"version":3}\n\n: still here\n\ndata: nonsense\n\ndata: {"version":9}\n\n';
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of new TextEncoder().encode(text)) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  const versions: number[] = [];
  for await (const version of readVersions(stream, new AbortController().signal)) {
    versions.push(version);
  }
  expect(versions).toEqual([3, 9]);
});
