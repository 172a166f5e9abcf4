import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { VersionWatch } from '../../../src/live/version-watch.js';
import { LiveStreams, type LiveStreamsOptions } from '../../../src/sync/server/live-streams.js';
import { connect, note, notes, openSite, serve } from '../world.js';

const decoder = new TextDecoder();
const event = (version: number) => `event: version\ndata: {"version":${version}}\n\n`;

function readerOf(response: Response) {
  const reader = response.body!.getReader();
  const next = async () => {
    const { value, done } = await reader.read();
    return done ? 'end' : decoder.decode(value);
  };
  return { next, cancel: () => reader.cancel() };
}

describe('of a handler', () => {
  const get = (signal?: AbortSignal) =>
    new Request('http://localhost/', {
      headers: { accept: 'text/event-stream' },
      ...(signal && { signal }),
    });

  test('a slow reader gets the newest version, not a queue of old ones', async () => {
    const server = await openSite();
    const { next, cancel } = readerOf(await serve(server, { live: { pollMs: 1 } })(get()));
    expect(await next()).toBe(event(0));
    for (let i = 0; i < 20; i++) await server.db.insert(notes).values(note(`n${i}`));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await next()).toBe(event(20));
    await cancel();
  });

  test('one that ends, is canceled or aborted makes room for another', async () => {
    const server = await openSite();
    const handler = serve(server, {
      limits: { maxStreams: 1 },
      live: { pollMs: 1, lifetimeMs: 30 },
    });
    const first = await handler(get());
    const second = await handler(get());
    expect([second.status, second.headers.get('retry-after')]).toEqual([503, '30']);
    for await (const _ of first.body!) {
      // Until its lifetime is over.
    }
    const third = await handler(get());
    expect(third.status).toBe(200);
    await third.body!.cancel();
    const abort = new AbortController();
    expect((await handler(get(abort.signal))).status).toBe(200);
    abort.abort();
    expect((await handler(get())).status).toBe(200);
  });

  test('one owner cannot take them all', async () => {
    const server = await openSite();
    const handler = serve(server, {
      limits: { maxStreams: 3, maxStreamsPerOwner: 2 },
      authorize: (request) => ({ id: request.headers.get('owner') ?? undefined }),
    });
    const open = async (owner: string, signal?: AbortSignal) => {
      const headers = { accept: 'text/event-stream', owner };
      return (await handler(new Request('http://x/', { headers, signal: signal ?? null }))).status;
    };
    const end = new AbortController();
    expect([await open('ann', end.signal), await open('ann', end.signal)]).toEqual([200, 200]);
    expect([await open('ann'), await open('bob', end.signal)]).toEqual([503, 200]);
    end.abort();
    const last = new AbortController();
    expect(await open('ann', last.signal)).toBe(200);
    last.abort();
  });

  test('what a client pushes reaches the others without waiting for a poll', async () => {
    const [server, a] = [await openSite(), await openSite()];
    const handler = serve(server, { live: { pollMs: 3_600_000 } });
    const { next, cancel } = readerOf(await handler(get()));
    expect(await next()).toBe(event(0));
    await a.db.insert(notes).values(note('1'));
    await connect(a, handler).sync();
    expect(await next()).toBe(event(1));
    await cancel();
  });
});

describe('with a fake clock', () => {
  const state = { version: 1, looks: 0, fails: false };
  const onError = vi.fn();
  let streams: LiveStreams;

  beforeEach(() => {
    vi.useFakeTimers();
    Object.assign(state, { version: 1, looks: 0, fails: false });
    onError.mockReset();
    streams = streamsWith({});
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  const streamsWith = (options: Partial<LiveStreamsOptions>) =>
    new LiveStreams({
      watch: new VersionWatch(async () => {
        state.looks++;
        if (state.fails) throw new Error('no database');
        return state.version;
      }),
      maxStreams: 1_000,
      maxStreamsPerOwner: 50,
      pollMs: 100,
      lifetimeMs: 300_000,
      onError,
      ...options,
    });
  const open = (signal = new AbortController().signal) => readerOf(streams.open(signal));
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  test('one look serves all streams', async () => {
    const readers = Array.from({ length: 500 }, () => open());
    const first = Promise.all(readers.map(({ next }) => next()));
    await pass(0);
    expect(new Set(await first)).toEqual(new Set([event(1)]));
    const second = Promise.all(readers.map(({ next }) => next()));
    state.version = 2;
    await pass(100);
    expect(new Set(await second)).toEqual(new Set([event(2)]));
    expect(state.looks).toBe(2);
  });

  test('without streams nothing runs', async () => {
    const { next, cancel } = open();
    void next();
    await pass(250);
    await cancel();
    const { looks } = state;
    expect(vi.getTimerCount()).toBe(0);
    await pass(10_000);
    expect(state.looks).toBe(looks);
  });

  test('one without news gets a comment every 15 s', async () => {
    const { next } = open();
    void next();
    await pass(0);
    let received = '';
    void next().then((text) => {
      received = text;
    });
    await pass(14_500);
    expect(received).toBe('');
    await pass(2_000);
    expect(received).toMatch(/^: .*\n\n$/);
  });

  test('a database that fails is reported, and the streams go on', async () => {
    const { next } = open();
    const first = next();
    await pass(0);
    await first;
    state.fails = true;
    const second = next();
    await pass(1_000);
    expect(onError).toHaveBeenCalledWith(new Error('no database'));
    Object.assign(state, { fails: false, version: 2 });
    await pass(5_000);
    expect(await second).toBe(event(2));
  });

  test('one whose client does not read ends when its lifetime is over', async () => {
    streams = streamsWith({ maxStreams: 1 });
    streams.open(new AbortController().signal);
    expect(() => open()).toThrow('the limit of live streams (1)');
    await pass(300_000);
    expect(() => open()).not.toThrow();
  });

  test('on Workers nobody wakes them: each looks for news by itself', async () => {
    vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
    const watch = new VersionWatch(async () => state.version);
    streams = streamsWith({ watch });
    const { next } = open();
    void next();
    await pass(100);
    let second = '';
    void next().then((text) => {
      second = text;
    });
    state.version = 2;
    watch.advance(2);
    await pass(0);
    expect(second).toBe('');
    await pass(100);
    expect(second).toBe(event(2));
  });

  test('on Workers, one whose request has died makes room, and the others go on', async () => {
    vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
    streams = streamsWith({ maxStreams: 2 });
    const dead = open();
    void dead.next();
    await pass(0);
    void dead.next();
    await pass(0);
    vi.clearAllTimers(); // Those of a request that has died never fire.
    const alive = open();
    const first = alive.next();
    state.version = 2;
    await pass(100);
    await first;
    const second = alive.next();
    state.version = 3;
    await pass(4_000);
    expect(await second).toBe(event(3));
    expect(() => open()).toThrow('the limit of live streams (2)');
    void alive.next();
    await pass(11_000);
    expect(() => open()).not.toThrow();
  });

  test('one that was taken for dead, and is not, goes on', async () => {
    const { next } = open();
    void next();
    await pass(0);
    const second = next();
    await pass(0);
    // The process stands still: the clock goes on, but nothing runs.
    const now = performance.now() + 20_000;
    const stopped = vi.spyOn(performance, 'now').mockReturnValue(now);
    await open().cancel();
    stopped.mockRestore();
    state.version = 2;
    await pass(2_000);
    expect(await second).toBe(event(2));
  });
});
