/** Presence at the handler: who sees whom, when somebody is gone, and what hostile clients can do. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createSyncHandler, type SyncHandlerOptions } from '../../../src/sync/index.js';
import { Presence, PresenceView } from '../../../src/sync/server/presence.js';
import { type PresenceChange, readEvents } from '../../../src/sync/wire/live-events.js';
import { Random, seedFromEnv } from '../../support/random.js';
import { openSite } from '../world.js';

const ANN = 'ann-0123456789abcdef';
const BOB = 'bob-0123456789abcdef';

const serve = async (options: Partial<SyncHandlerOptions> = {}) => {
  const { db } = await openSite();
  return createSyncHandler({ db, ...(options.authorize ? {} : { public: true }), ...options });
};
type Handler = Awaited<ReturnType<typeof serve>>;

const putBody = (body: unknown, headers: Record<string, string> = {}) =>
  new Request('http://x/', {
    method: 'PUT',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });

async function put(handler: Handler, client: string, state: unknown, headers = {}) {
  const response = await handler(putBody({ client, state }, headers));
  const answer = (await response.json()) as {
    id?: string;
    error?: { code: string; message: string };
  };
  return { status: response.status, id: answer.id!, code: answer.error?.code, answer, response };
}

/** What a stream sends of presence. */
async function listen(handler: Handler, headers: Record<string, string> = {}) {
  const end = new AbortController();
  const accept = 'text/event-stream;presence=1';
  const request = new Request('http://x/', { headers: { accept, ...headers }, signal: end.signal });
  const events = readEvents((await handler(request)).body!, { signal: end.signal });
  const next = async (): Promise<PresenceChange> => {
    for (;;) {
      const { value } = await events.next();
      if (value === undefined) throw new Error('the stream has ended');
      if (value.type === 'presence') return value.change;
    }
  };
  return { next, end: () => end.abort() };
}

test('a client is seen by those in its room, under a name that is not its secret', async () => {
  const handler = await serve({
    authorize: ({ headers }) => ({ id: headers.get('x-id')!, presence: headers.get('x-room')! }),
  });
  const ann = { 'x-id': 'ann', 'x-room': 'board' };
  const { id } = await put(handler, ANN, { name: 'Ann' }, ann);
  const [same, other] = [
    await listen(handler, { 'x-id': 'bob', 'x-room': 'board' }),
    await listen(handler, { 'x-id': 'eve', 'x-room': 'cellar' }),
  ];
  expect(await same.next()).toEqual({ all: true, set: [{ id, state: { name: 'Ann' } }], gone: [] });
  expect(await other.next()).toEqual({ all: true, set: [], gone: [] });
  expect(id).not.toContain(ANN);
  await put(handler, ANN, { name: 'Ann', card: 1 }, ann);
  expect((await same.next()).set).toEqual([{ id, state: { name: 'Ann', card: 1 } }]);
  await put(handler, ANN, { name: 'Ann', card: 1 }, { ...ann, 'x-room': 'cellar' });
  expect(await same.next()).toEqual({ all: false, set: [], gone: [id] });
  expect((await other.next()).set).toEqual([{ id, state: { name: 'Ann', card: 1 } }]);
  await put(handler, ANN, null, { ...ann, 'x-room': 'cellar' });
  expect(await other.next()).toEqual({ all: false, set: [], gone: [id] });
  for (const { end } of [same, other]) end();
});

test('the secret name of another, even if it is known, does not help another owner', async () => {
  const handler = await serve({
    authorize: ({ headers }) => ({ id: headers.get('x-id')!, presence: 'board' }),
  });
  const { id } = await put(handler, ANN, 'hers', { 'x-id': 'ann' });
  const forged = await put(handler, ANN, 'his', { 'x-id': 'bob' });
  expect(forged.id).not.toBe(id);
  const { next, end } = await listen(handler, { 'x-id': 'ann' });
  expect((await next()).set).toContainEqual({ id, state: 'hers' });
  end();
});

test('a stream of a client that wants only versions has only versions', async () => {
  const handler = await serve();
  await put(handler, ANN, 1);
  const end = new AbortController();
  const headers = { accept: 'text/event-stream' };
  const { body } = await handler(new Request('http://x/', { headers, signal: end.signal }));
  const reader = body!.getReader();
  expect(new TextDecoder().decode((await reader.read()).value)).toContain('event: version');
  const next = reader.read();
  await put(handler, ANN, 2);
  await new Promise((resolve) => setTimeout(resolve, 150));
  end.abort();
  expect((await next).done).toBe(true);
});

test('handlers do not share it', async () => {
  const [one, another] = [await serve(), await serve()];
  await put(one, ANN, 1);
  const { next, end } = await listen(another);
  expect(await next()).toEqual({ all: true, set: [], gone: [] });
  end();
});

test('the database is as it was', async () => {
  const { db, client } = await openSite();
  const handler = createSyncHandler({ db, public: true });
  const changes = () => client.execute('SELECT total_changes()');
  await put(handler, ANN, 1);
  const before = (await changes()).rows;
  await put(handler, ANN, { name: 'Ann' });
  expect((await changes()).rows).toEqual(before);
});

describe('is refused', () => {
  test.each<[string, () => Request, number, string]>([
    ['what is not JSON', () => putBody('{'), 400, 'CRR_SYNC_MALFORMED'],
    ['null', () => putBody('null'), 400, 'CRR_SYNC_MALFORMED'],
    ['a list', () => putBody([ANN, 1]), 400, 'CRR_SYNC_MALFORMED'],
    ['no client', () => putBody({ state: 1 }), 400, 'CRR_SYNC_MALFORMED'],
    ['no state', () => putBody({ client: ANN }), 400, 'CRR_SYNC_MALFORMED'],
    ['a short name', () => putBody({ client: 'ann', state: 1 }), 400, 'CRR_SYNC_MALFORMED'],
    ['a long name', () => putBody({ client: 'a'.repeat(65), state: 1 }), 400, 'CRR_SYNC_MALFORMED'],
    [
      'a name with a quote',
      () => putBody({ client: `${ANN}"`, state: 1 }),
      400,
      'CRR_SYNC_MALFORMED',
    ],
    ['a number as name', () => putBody({ client: 1e20, state: 1 }), 400, 'CRR_SYNC_MALFORMED'],
    [
      '4 kB and more',
      () => putBody({ client: ANN, state: 'x'.repeat(4_095) }),
      413,
      'CRR_SYNC_TOO_LARGE',
    ],
    [
      'a megabyte',
      () => putBody({ client: ANN, state: 'x'.repeat(2 ** 20) }),
      413,
      'CRR_SYNC_TOO_LARGE',
    ],
    ['a form', () => putBody('a=1', { 'content-type': 'text/plain' }), 415, 'CRR_SYNC_MEDIA_TYPE'],
  ])('%s', async (_, request, status, code) => {
    const onError = vi.fn();
    const handler = await serve({ onError });
    const response = await handler(request());
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    expect([response.status, error.code]).toEqual([status, code]);
    expect(error.message).not.toContain('xxx');
    expect(onError).not.toHaveBeenCalled();
    const { next, end } = await listen(handler);
    expect((await next()).set).toEqual([]);
    end();
  });

  test('bytes that are not UTF-8', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = Uint8Array.of(0x22, 0xff, 0x22);
    const response = await (await serve())(
      new Request('http://x/', { method: 'PUT', headers, body }),
    );
    expect(response.status).toBe(400);
  });

  test('a client without a room, or without a user', async () => {
    for (const presence of [undefined, false] as const) {
      const handler = await serve({ authorize: () => ({ id: 'ann', presence }) });
      expect(await put(handler, ANN, 1)).toMatchObject({
        ...{ status: 403, code: 'CRR_SYNC_NO_PRESENCE' },
      });
    }
    expect(await put(await serve({ authorize: () => null }), ANN, 1)).toMatchObject({
      ...{ status: 401, code: 'CRR_SYNC_UNAUTHORIZED' },
    });
  });

  test('a room that is not a name is a mistake of the application', async () => {
    const onError = vi.fn();
    const authorize = () => ({ presence: true as unknown as string });
    expect(await put(await serve({ authorize, onError }), ANN, 1)).toMatchObject({ status: 500 });
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ code: 'CRR_USAGE_OPTION' }));
  });
});

describe('with a fake clock', () => {
  let changed: string[];
  let presence: Presence;
  beforeEach(() => {
    vi.useFakeTimers();
    changed = [];
    presence = open();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const open = (options: { maxPresence?: number; maxPresencePerOwner?: number } = {}) =>
    new Presence({
      maxPresence: 1_000,
      maxPresencePerOwner: 50,
      onChange: (room) => changed.push(room),
      ...options,
    });
  const set = (
    id: string,
    state: unknown,
    { room = 'r', owner = undefined as string | undefined } = {},
  ) =>
    presence.update({ id, room, owner, state: state === null ? undefined : JSON.stringify(state) });
  const decode = (event: Uint8Array | undefined) =>
    event &&
    (JSON.parse(/data: (.*)\n\n/.exec(new TextDecoder().decode(event))![1]!) as PresenceChange);

  test('who says nothing for 30 s has gone, and who renews stays', () => {
    const view = new PresenceView(presence, 'r');
    set('a', 1);
    set('b', 1);
    expect(decode(view.next())!.set.map(({ id }) => id)).toEqual(['a', 'b']);
    vi.advanceTimersByTime(20_000);
    set('a', 1);
    expect(view.next()).toBeUndefined();
    expect(changed).toEqual(['r', 'r']);
    vi.advanceTimersByTime(10_000);
    expect(decode(view.next())).toEqual({ all: false, set: [], gone: ['b'] });
    vi.advanceTimersByTime(20_000);
    expect(decode(view.next())).toEqual({ all: false, set: [], gone: ['a'] });
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a storm is refused, and the client may go on when it is quieter', () => {
    for (let i = 0; i < 20; i++) set('a', i);
    expect(() => set('a', 20)).toThrow(
      expect.objectContaining({ code: 'CRR_SYNC_BUSY', status: 429 }),
    );
    set('b', 1);
    vi.advanceTimersByTime(100);
    set('a', 21);
    set('a', 22);
    expect(() => set('a', 23)).toThrow('too often');
    // To go and come again does not help.
    expect(() => set('a', null)).toThrow('too often');
    vi.advanceTimersByTime(1_000);
    set('a', null);
    for (let i = 0; i < 19; i++) set('a', i);
    expect(() => set('a', 1)).toThrow('too often');
  });

  test('their number has limits, in all and for one owner', () => {
    presence = open({ maxPresence: 5, maxPresencePerOwner: 2 });
    set('a1', 1, { owner: 'a' });
    set('a2', 1, { owner: 'a' });
    expect(() => set('a3', 1, { owner: 'a' })).toThrow('one owner (2)');
    set('a2', 2, { owner: 'a' });
    for (const id of ['x', 'y', 'z']) set(id, 1);
    expect(() => set('w', 1)).toThrow(expect.objectContaining({ status: 503 }));
    vi.advanceTimersByTime(30_000);
    set('w', 1);
    expect(presence.in('r').map(({ id }) => id)).toEqual(['w']);
  });

  test('a full room is sent in several events, none of which is long', () => {
    presence = open({ maxPresence: 200 });
    for (let i = 0; i < 200; i++) set(`c${i}`, 'x'.repeat(4_000));
    const view = new PresenceView(presence, 'r');
    const seen = new Set<string>();
    for (let event = view.next(), n = 0; event !== undefined; event = view.next(), n++) {
      expect(event.length).toBeLessThan(2 ** 16 + 8_192);
      const { all, set } = decode(event)!;
      expect(all).toBe(n === 0);
      for (const { id } of set) seen.add(id);
    }
    expect(seen.size).toBe(200);
  });

  test('whoever reads, and whenever, ends with what is there', () => {
    const seed = seedFromEnv();
    for (let round = 0; round < 60; round++) {
      const random = new Random(seed + round);
      presence = open({ maxPresence: 8 });
      const rooms = ['r', 's'];
      const readers = rooms.flatMap((room) =>
        [0, 1].map(() => ({ room, view: new PresenceView(presence, room), known: new Map() })),
      );
      const model = new Map<string, { room: string; state: unknown; at: number }>();
      const read = ({ view, known }: (typeof readers)[number]) => {
        const change = decode(view.next());
        if (change === undefined) return false;
        if (change.all) known.clear();
        for (const id of change.gone) known.delete(id);
        for (const { id, state } of change.set) known.set(id, state);
        return true;
      };
      for (let step = 0; step < 60; step++) {
        vi.advanceTimersByTime(random.int(4_000));
        const id = `c${random.int(6)}`;
        const [room, state] = [random.pick(rooms), random.pick([null, 1, 2, 'x'.repeat(4_000)])];
        set(id, state, { room });
        if (state === null) model.delete(id);
        else model.set(id, { room, state, at: performance.now() });
        if (random.chance(0.5)) read(random.pick(readers));
      }
      for (const reader of readers) {
        while (read(reader)) {
          // Until everything was sent.
        }
        const expected = [...model]
          .filter(([, { room, at }]) => room === reader.room && performance.now() - at < 30_000)
          .map(([id, { state }]) => [id, state] as const);
        expect(reader.known, `seed ${seed}, round ${round}`).toEqual(new Map(expected));
      }
    }
  });
});

test('a storm of many clients is one event for each 50 ms', async () => {
  const handler = await serve();
  const { next, end } = await listen(handler);
  await next();
  const begin = performance.now();
  let isOver = false;
  let events = 0;
  const reading = (async () => {
    const seen = new Map<string, unknown>();
    while (!isOver || seen.size < 10 || [...seen.values()].some((state) => state !== 'last')) {
      for (const { id, state } of (await next()).set) seen.set(id, state);
      events++;
    }
  })();
  for (let i = 0; i < 15; i++) {
    for (let c = 0; c < 10; c++) await put(handler, `${BOB}${c}`, i);
  }
  for (let c = 0; c < 10; c++) expect((await put(handler, `${BOB}${c}`, 'last')).status).toBe(200);
  isOver = true;
  await reading;
  // Beside those that are due, each look of the stream may be one.
  expect(events).toBeLessThan(
    3 + (performance.now() - begin) / 50 + (performance.now() - begin) / 1_000,
  );
  end();
});
