/** Errors that no caller waits for: they reach onError, and the sync goes on. */
import { afterEach, expect, test, vi } from 'vitest';
import { createSync, type Sync } from '../../../src/sync/index.js';
import { connect, contents, note, notes, openSite, serve } from '../world.js';

const started: Sync[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(started.splice(0).map((sync) => sync.stop()));
});

test('a listener that throws, at once or later, ends neither the sync nor the other listeners', async () => {
  const [server, a] = [await openSite(), await openSite()];
  await server.db.insert(notes).values(note('1'));
  const onError = vi.fn();
  const sync = connect(a, serve(server), { onError });
  sync.subscribe(() => {
    throw new Error('at once');
  });
  sync.subscribe(async () => {
    throw new Error('later');
  });
  const types: string[] = [];
  sync.subscribe(({ type }) => types.push(type));
  expect(await sync.sync()).toMatchObject({ pulled: 5 });
  expect(types).toEqual(['applied', 'progress', 'synced']);
  expect(await contents(a)).toBe(await contents(server));
  await vi.waitFor(() => expect(onError).toHaveBeenCalledTimes(6));
  const messages = onError.mock.calls.map(([error]) => (error as Error).message);
  expect(new Set(messages)).toEqual(new Set(['at once', 'later']));
});

test('so it is with the continuous sync, and without onError they are written to the console', async () => {
  const written = vi.spyOn(console, 'error').mockImplementation(() => {});
  const [server, a] = [await openSite(), await openSite()];
  const sync = connect(a, serve(server), { continuous: { localPollMs: 5, remotePollMs: 5 } });
  started.push(sync);
  sync.subscribe(() => {
    throw new Error('a listener');
  });
  sync.start();
  await server.db.insert(notes).values(note('1'));
  await vi.waitFor(async () => expect(await contents(a)).toBe(await contents(server)));
  await sync.stop();
  expect(written).toHaveBeenCalledWith(new Error('a listener'));
});

test('while the database of this side fails, the continuous sync reports it and tries again', async () => {
  const [server, a] = [await openSite(), await openSite()];
  const onError = vi.fn();
  const continuous = { localPollMs: 5, remotePollMs: 3_600_000 };
  const sync = connect(a, serve(server), { continuous, onError });
  started.push(sync);
  sync.start();
  await vi.waitFor(() => expect(sync.phase).toBe('idle'));
  await a.client.execute('ALTER TABLE crr_state RENAME TO away');
  await vi.waitFor(() => expect(onError).toHaveBeenCalled());
  await a.client.execute('ALTER TABLE away RENAME TO crr_state');
  await a.db.insert(notes).values(note('1'));
  await vi.waitFor(async () => expect(await contents(a)).toBe(await contents(server)), {
    timeout: 10_000,
  });
});

test.each(['x', new Headers(), [['a', 'b']]])(
  'headers that would be spread into none are refused: %s',
  async (headers) => {
    const a = await openSite();
    const refused = () => connect(a, serve(a), { headers: headers as never });
    expect(refused).toThrow('headers is neither an object of texts by name nor a function');
  },
);

test('so does one whose headers cannot be made', async () => {
  const [server, a] = [await openSite(), await openSite()];
  await server.db.insert(notes).values(note('1'));
  const onError = vi.fn();
  let fails = true;
  const headers = () => {
    if (fails) throw new Error('no token');
    return {};
  };
  const sync = connect(a, serve(server), { headers, onError });
  started.push(sync);
  await expect(sync.sync()).rejects.toThrow('no token');
  expect(onError).not.toHaveBeenCalled();
  sync.start();
  await vi.waitFor(() => expect(onError).toHaveBeenCalledWith(new Error('no token')));
  fails = false;
  await vi.waitFor(async () => expect(await contents(a)).toBe(await contents(server)));
});

test('a server that cannot be reached is named, without what may be secret', async () => {
  const a = await openSite();
  const url = 'https://ann:password@app.example/sync?token=secret';
  const unreachable = () => Promise.reject(new TypeError('fetch failed'));
  const sync = createSync({ db: a.db, url, fetch: unreachable, retry: { attempts: 1 } });
  await expect(sync.sync()).rejects.toThrow(
    'the server could not be reached at https://app.example/sync, or the connection broke',
  );
});
