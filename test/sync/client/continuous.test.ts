import { eq } from 'drizzle-orm';
import { afterEach, expect, test, vi } from 'vitest';
import type { Sync, SyncEvent } from '../../../src/sync/index.js';
import { connect, contents, note, notes, openSite, type Site, serve } from '../world.js';

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
  ['is held back by a proxy', () => new Response(new ReadableStream())],
  ['never begins', () => new Promise<Response>(() => {})],
])('if the live stream %s, polling brings the news', async (_, silent) => {
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

test('while something arrives on the live stream, nobody polls', async () => {
  const [server, a] = [await openSite(), await openSite()];
  const handler = serve(server, { live: { pollMs: 5 } });
  const continuous = { localPollMs: 5, remotePollMs: 5 };
  let arrived = () => {};
  const first = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const sync = connect(
    a,
    async (request) => {
      const response = await handler(request);
      if (request.method !== 'GET') return response;
      const watched = new TransformStream({
        transform(chunk, controller) {
          controller.enqueue(chunk);
          arrived();
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

test('without a network it goes on trying; with one again, everything arrives', async () => {
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

test('if the platform reports that the network is back, the delay ends', async () => {
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

test('a request that was refused is not repeated', async () => {
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

test('a sync that stop() ends has not failed', async () => {
  const [server, a] = [await openSite(), await openSite()];
  const handler = serve(server);
  let asked = () => {};
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const sync = connect(a, async (request) => {
    asked();
    await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
    return handler(request);
  });
  const events: SyncEvent['type'][] = [];
  sync.subscribe(({ type }) => events.push(type));
  start(sync);
  await isAsked;
  await sync.stop();
  expect(events).toEqual(['phase', 'phase']);
  expect(sync.phase).toBe('stopped');
});

test('but a local write is worth another try', async () => {
  const [server, a] = [await openSite(), await openSite()];
  let allowed = false;
  const handler = serve(server, { authorize: () => (allowed ? { id: 'ann' } : null) });
  const sync = start(connect(a, handler, { continuous: { localPollMs: 10 } }));
  await vi.waitFor(() => expect(sync.phase).toBe('refused'));
  await new Promise((resolve) => setTimeout(resolve, 50));
  allowed = true;
  await a.db.insert(notes).values(note('1'));
  await same(a, server);
  await vi.waitFor(() => expect(sync.phase).toBe('idle'));
});

test('what the server wrote is not taken for news of this side', async () => {
  const [server, a] = [await openSite(), await openSite()];
  const continuous = { localPollMs: 5, remotePollMs: 3_600_000 };
  const handler = serve(server, { live: { pollMs: 5 } });
  const sync = start(connect(a, handler, { continuous }));
  const posts = () => sync.counts.requests - 1; // Without the live stream.
  await vi.waitFor(() => expect([sync.phase, posts()]).toEqual(['idle', 1]));
  await server.db.insert(notes).values(note('1'));
  await same(a, server);
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(posts()).toBe(2);
  // What is written while a sync runs is sent by the next one.
  await a.db.insert(notes).values(note('2'));
  await same(a, server);
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(posts()).toBe(3);
});

test('a listener may stop the sync at once, and then nothing runs', async () => {
  const [server, a] = [await openSite(), await openSite()];
  const continuous = { localPollMs: 5, remotePollMs: 5 };
  const sync = connect(a, serve(server), { continuous });
  const phases: string[] = [];
  sync.subscribe((event) => {
    if (event.type !== 'phase') return;
    phases.push(event.phase);
    if (event.phase === 'syncing') void sync.stop();
  });
  const looks = vi.spyOn(a.client, 'batch');
  sync.start();
  await sync.stop();
  const asked = looks.mock.calls.length;
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(phases.at(-1)).toBe('stopped');
  expect([sync.phase, sync.counts.requests, looks.mock.calls.length]).toEqual([
    'stopped',
    0,
    asked,
  ]);
});
