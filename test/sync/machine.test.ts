import { describe, expect, test } from 'vitest';
import {
  fullJitter,
  retryAfterMs,
  sleep,
  withRetry,
  withTimeout,
} from '../../src/sync/client/fetch-chain.js';
import { STOPPED, type SyncInput, step } from '../../src/sync/client/machine.js';

/** Feeds inputs from the stopped state on; tells phases and effects. */
const run = (...inputs: SyncInput[]) => {
  let state = STOPPED;
  const effects: string[] = [];
  for (const input of inputs) {
    const next = step(state, input);
    state = next.state;
    effects.push(`${state.phase}:${next.effect}`);
  }
  return { state, effects };
};

describe('the machine', () => {
  test.each<[string, SyncInput[], string]>([
    ['nothing happens before start', ['news', 'timer', 'online', 'synced'], 'stopped:none'],
    ['start syncs', ['start'], 'syncing:sync'],
    ['start again does nothing', ['start', 'start'], 'syncing:none'],
    ['synced rests', ['start', 'synced'], 'idle:none'],
    ['news syncs', ['start', 'synced', 'news'], 'syncing:sync'],
    ['news while syncing syncs again', ['start', 'news', 'synced'], 'syncing:sync'],
    ['and only once', ['start', 'news', 'news', 'synced', 'synced'], 'idle:none'],
    ['a failed server is waited for', ['start', 'server failed'], 'waiting:wait'],
    ['news do not cut a backoff short', ['start', 'server failed', 'news'], 'waiting:none'],
    ['the timer does', ['start', 'server failed', 'timer'], 'syncing:sync'],
    ['a failed network is offline', ['start', 'network failed'], 'offline:wait'],
    ['the platform says online', ['start', 'network failed', 'online'], 'syncing:sync'],
    ['the platform says offline', ['start', 'synced', 'offline'], 'offline:none'],
    ['then news wait', ['start', 'synced', 'offline', 'news'], 'offline:none'],
    ['and online brings them', ['start', 'synced', 'offline', 'online'], 'syncing:sync'],
    ['a refusal is not repeated', ['start', 'was refused', 'timer'], 'refused:none'],
    ['until there is something new', ['start', 'was refused', 'news'], 'syncing:sync'],
    ['stop ends all', ['start', 'server failed', 'stop', 'timer'], 'stopped:none'],
  ])('%s', (_, inputs, last) => {
    expect(run(...inputs).effects.at(-1)).toBe(last);
  });

  test('failures count up, and a success forgets them', () => {
    const failing = run('start', 'server failed', 'timer', 'network failed', 'timer');
    expect(failing.state.failures).toBe(2);
    expect(step(failing.state, 'synced').state.failures).toBe(0);
  });
});

describe('the chain of fetches', () => {
  const request = (signal?: AbortSignal) =>
    new Request('http://localhost/', { method: 'POST', body: 'hello', ...(signal && { signal }) });
  const retry = { attempts: 3, baseMs: 1, maxMs: 2 };

  /** Answers with these statuses in turn, 0 for a network error; tells how often it was asked. */
  function server(statuses: number[], headers: Record<string, string> = {}) {
    const bodies: string[] = [];
    const fetch = async (asked: Request) => {
      bodies.push(await asked.text());
      const status = statuses[bodies.length - 1]!;
      if (status === 0) throw new TypeError('no network');
      return new Response(null, { status, headers });
    };
    return { fetch, bodies };
  }

  test.each([
    [[200], 200, 1],
    [[500, 502, 200], 200, 3],
    [[0, 429, 200], 200, 3],
    [[503, 503, 503, 200], 503, 3],
    [[400, 200], 400, 1],
    [[401, 200], 401, 1],
    [[408, 200], 408, 1],
    [[413, 200], 413, 1],
  ])('%j ends as %i after %i tries', async (statuses, status, tries) => {
    const { fetch, bodies } = server(statuses);
    expect((await withRetry(fetch, retry)(request())).status).toBe(status);
    expect(bodies).toEqual(Array(tries).fill('hello'));
  });

  test('a network error is thrown once the tries are used up', async () => {
    const { fetch } = server([0, 0, 0]);
    await expect(withRetry(fetch, retry)(request())).rejects.toThrow('no network');
  });

  test('aborting ends the waiting', async () => {
    const abort = new AbortController();
    const { fetch, bodies } = server([503, 200], { 'retry-after': '3600' });
    const waiting = withRetry(fetch, retry)(request(abort.signal));
    setTimeout(() => abort.abort(new Error('enough')), 20);
    await expect(waiting).rejects.toThrow('enough');
    expect(bodies).toHaveLength(1);
  });

  test('full jitter is spread below a limit that doubles, up to the greatest', () => {
    const at = (failures: number, random: number) =>
      fullJitter(failures, { baseMs: 100, maxMs: 1_000, random: () => random });
    expect([at(0, 1), at(1, 1), at(2, 0.5), at(9, 1), at(2_000, 1), at(5, 0)]).toEqual([
      100, 200, 200, 1_000, 1_000, 0,
    ]);
  });

  test.each([
    [{}, 0],
    [{ 'retry-after': '2' }, 2_000],
    [{ 'retry-after': 'soon' }, 0],
    // The server's clock is decades off; only the difference counts.
    [
      {
        'retry-after': 'Sat, 01 Jan 2000 00:00:09 GMT',
        date: 'Sat, 01 Jan 2000 00:00:04 GMT',
      },
      5_000,
    ],
    [
      {
        'retry-after': 'Sat, 01 Jan 2000 00:00:01 GMT',
        date: 'Sat, 01 Jan 2000 00:00:04 GMT',
      },
      0,
    ],
  ])('Retry-After %j is %i ms', (headers, ms) => {
    expect(retryAfterMs(new Response(null, { headers: headers as Record<string, string> }))).toBe(
      ms,
    );
  });

  test('an answer that does not come ends after its time', async () => {
    const silent = () => new Promise<Response>(() => {});
    await expect(withTimeout(silent, 10)(request())).rejects.toThrow('no answer within 10 ms');
  });

  test('an aborted signal is not slept through', async () => {
    await expect(sleep(60_000, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  });
});
