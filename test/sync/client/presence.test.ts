/** `sync.presence`: clients of one handler, in one process. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { PresenceClient } from '../../../src/sync/client/presence.js';
import {
  CrrSyncError,
  type Sync,
  type SyncHandler,
  type SyncOptions,
} from '../../../src/sync/index.js';
import { connect, openSite, serve } from '../world.js';

interface Shown {
  readonly name: string;
  readonly at?: number;
}

const running: Sync<Shown>[] = [];
afterEach(async () => {
  for (const sync of running.splice(0)) await sync.stop();
});

async function openClient(handler: SyncHandler, options: Partial<SyncOptions> = {}) {
  const sync = connect(await openSite(), handler, options) as unknown as Sync<Shown>;
  running.push(sync);
  return sync;
}
/** Machines may be busy. */
const until = (check: () => unknown) => vi.waitFor(check, { interval: 5, timeout: 20_000 });
const othersOf = ({ presence }: Sync<Shown>) => presence.others().map(({ state }) => state);

test('clients see each other, not themselves, until they stop', async () => {
  const handler = serve(await openSite());
  const [a, b, c] = [
    await openClient(handler),
    await openClient(handler),
    await openClient(handler),
  ];
  a.presence.set({ name: 'Ann' });
  const seen: unknown[] = [];
  b.presence.subscribe((others) => seen.push(others));
  for (const sync of [a, b, c]) sync.start();
  await until(() => expect(othersOf(b)).toEqual([{ name: 'Ann' }]));
  expect(b.presence.others()).toBe(b.presence.others());
  expect(seen.at(-1)).toBe(b.presence.others());
  b.presence.set({ name: 'Bob' });
  await until(() => {
    expect(othersOf(a)).toEqual([{ name: 'Bob' }]);
    expect(othersOf(c)).toEqual([{ name: 'Ann' }, { name: 'Bob' }]);
  });
  expect(othersOf(b)).toEqual([{ name: 'Ann' }]);
  b.presence.set(null);
  await until(() => expect(othersOf(a)).toEqual([]));
  b.presence.set({ name: 'Bob', at: 2 });
  await until(() => expect(othersOf(a)).toEqual([{ name: 'Bob', at: 2 }]));
  await b.stop();
  expect(othersOf(b)).toEqual([]);
  await until(() => expect(othersOf(a)).toEqual([]));
  b.start();
  await until(() => expect(othersOf(a)).toEqual([{ name: 'Bob', at: 2 }]));
});

test('a client never sees itself, whichever arrives first, the event or the answer', async () => {
  const handler = serve(await openSite());
  const a = await openClient(async (request) => {
    const response = await handler(request);
    if (request.method === 'PUT') await new Promise((resolve) => setTimeout(resolve, 150));
    return response;
  });
  const b = await openClient(handler);
  b.presence.set({ name: 'Bob' });
  const seen: unknown[] = [];
  a.presence.subscribe((others) => seen.push(others.map(({ state }) => state)));
  a.presence.set({ name: 'Ann' });
  for (const sync of [a, b]) sync.start();
  await until(() => expect(othersOf(a)).toEqual([{ name: 'Bob' }]));
  expect(seen).toEqual([[{ name: 'Bob' }]]);
});

test('of many states in a row the newest is sent, and few others', async () => {
  const handler = serve(await openSite());
  let puts = 0;
  const a = await openClient((request) => {
    if (request.method === 'PUT') puts++;
    return handler(request);
  });
  const b = await openClient(handler);
  b.presence.others();
  for (const sync of [a, b]) sync.start();
  const begin = performance.now();
  for (let at = 0; at < 300; at++) {
    a.presence.set({ name: 'Ann', at });
    if (at % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await until(() => expect(othersOf(b)).toEqual([{ name: 'Ann', at: 299 }]));
  expect(puts).toBeLessThanOrEqual(2 + (performance.now() - begin) / 100);
});

test('a server that was restarted learns again who is there', async () => {
  const site = await openSite();
  const live = { pollMs: 1, lifetimeMs: 100 };
  let handler = serve(site, { live });
  const [a, b] = [
    await openClient((request) => handler(request)),
    await openClient((request) => handler(request)),
  ];
  a.presence.set({ name: 'Ann' });
  b.presence.set({ name: 'Bob' });
  for (const sync of [a, b]) sync.start();
  await until(() => expect(othersOf(a)).toEqual([{ name: 'Bob' }]));
  handler = serve(site, { live });
  const c = await openClient(handler);
  c.presence.others();
  c.start();
  // Sooner than they would say it again anyway.
  const sooner = { interval: 5, timeout: 9_000 };
  const names = () => othersOf(c).map(({ name }) => name);
  await vi.waitFor(() => expect(names().sort()).toEqual(['Ann', 'Bob']), sooner);
  await until(() =>
    expect([othersOf(a), othersOf(b)]).toEqual([[{ name: 'Bob' }], [{ name: 'Ann' }]]),
  );
});

test('a refusal is reported once, and the sync goes on', async () => {
  const onError = vi.fn();
  const server = await openSite();
  const handler = serve(server, { authorize: () => ({ id: 'ann' }) });
  let puts = 0;
  const a = await openClient(
    (request) => {
      if (request.method === 'PUT') puts++;
      return handler(request);
    },
    { onError },
  );
  a.presence.set({ name: 'Ann' });
  a.start();
  await until(() => expect(onError).toHaveBeenCalled());
  await new Promise((resolve) => setTimeout(resolve, 250));
  expect(onError.mock.calls).toEqual([[expect.objectContaining({ code: 'CRR_SYNC_NO_PRESENCE' })]]);
  expect([puts, a.phase]).toEqual([1, 'idle']);
});

test('without presence nothing is sent or asked for it', async () => {
  const handler = serve(await openSite());
  const requests: string[] = [];
  const a = await openClient((request) => {
    requests.push(`${request.method} ${request.headers.get('accept')}`);
    return handler(request);
  });
  a.start();
  await until(() => expect(requests).toContain('GET text/event-stream'));
  await a.stop();
  expect(requests.filter((request) => /PUT|presence/.test(request))).toEqual([]);
});

test.each<[string, unknown, string]>([
  ['undefined', undefined, 'is not JSON'],
  ['a function', () => {}, 'is not JSON'],
  ['4 kB and more', 'x'.repeat(4_095), 'has 4097 bytes of JSON, expected at most 4096'],
  ['4 kB of UTF-8', 'é'.repeat(2_048), 'has 4098 bytes of JSON'],
])('a state that is %s is refused', async (_, state, message) => {
  const { presence } = await openClient(serve(await openSite()));
  expect(() => presence.set(state as Shown)).toThrow(
    expect.objectContaining({
      code: 'CRR_USAGE_OPTION',
      message: expect.stringContaining(message),
    }),
  );
});

describe('with a fake clock', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  const open = () => {
    vi.useFakeTimers();
    const sent: string[] = [];
    const state = { isUp: true };
    const client = new PresenceClient<string>({
      send: async (body) => {
        sent.push((JSON.parse(body) as { state: string }).state);
        if (!state.isUp) throw new CrrSyncError('CRR_SYNC_NETWORK', 'no network');
        return 'own';
      },
      onWanted: () => {},
      onError: () => {},
    });
    return { client, sent, state };
  };
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  test('a state is sent again every 10 s, and no more when it was taken back', async () => {
    const { client, sent } = open();
    client.start();
    client.set('x');
    await pass(35_000);
    expect(sent).toEqual(['x', 'x', 'x', 'x']);
    client.set(null);
    await pass(60_000);
    expect(sent.slice(4)).toEqual([null]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a stream that is lost for 30 s has nobody in it', async () => {
    const { client } = open();
    const end = client.start();
    client.receive({ all: true, set: [{ id: 'other', state: 'here' }], gone: [] });
    client.lost();
    await pass(29_000);
    expect(client.others()).toHaveLength(1);
    client.receive({ all: true, set: [{ id: 'other', state: 'here' }], gone: [] });
    await pass(60_000);
    expect(client.others()).toHaveLength(1);
    client.lost();
    await pass(30_000);
    expect(client.others()).toEqual([]);
    client.lost();
    await end();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('after a failure it is sent again', async () => {
    const { client, sent, state } = open();
    state.isUp = false;
    client.start();
    client.set('x');
    await pass(5_000);
    state.isUp = true;
    await pass(6_000);
    expect(sent).toEqual(['x', 'x']);
  });

  test('it ends with its last use, and may begin again at once', async () => {
    const { client, sent } = open();
    client.set('x');
    const [one, another] = [client.start(), client.start()];
    await pass(0);
    await one();
    await one();
    expect(sent).toEqual(['x']);
    const ended = another();
    const again = client.start();
    await ended;
    await pass(200);
    expect(sent.at(-1)).toBe('x');
    await again();
    expect(sent.at(-1)).toBe(null);
    expect(vi.getTimerCount()).toBe(0);
  });
});
