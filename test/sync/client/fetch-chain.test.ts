import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  fullJitter,
  MAX_RETRY_AFTER_MS,
  retryAfterMs,
  withRetry,
  withTimeout,
} from '../../../src/sync/client/fetch-chain.js';

afterEach(() => {
  vi.useRealTimers();
});

describe('the chain of fetches', () => {
  const request = (signal?: AbortSignal) =>
    new Request('http://localhost/', { method: 'POST', body: 'hello', ...(signal && { signal }) });
  const retry = { attempts: 3, baseMs: 1, maxMs: 2 };

  /** Answers with these statuses in turn, 0 being a network error, and records the requests. */
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

  test('a network error is thrown after the last attempt', async () => {
    const { fetch } = server([0, 0, 0]);
    await expect(withRetry(fetch, retry)(request())).rejects.toThrow('no network');
  });

  test('aborting ends the delay', async () => {
    const abort = new AbortController();
    const { fetch, bodies } = server([503, 200], { 'retry-after': '3600' });
    const waiting = withRetry(fetch, retry)(request(abort.signal));
    setTimeout(() => abort.abort(new Error('enough')), 20);
    await expect(waiting).rejects.toThrow('enough');
    expect(bodies).toHaveLength(1);
  });

  test('a delay is random up to a limit, which doubles up to the greatest', () => {
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
    // The server's clock is decades behind. Only the difference counts.
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
    [{ 'retry-after': '3600' }, MAX_RETRY_AFTER_MS],
    [{ 'retry-after': '9'.repeat(400) }, MAX_RETRY_AFTER_MS],
    [{ 'retry-after': 'Fri, 01 Jan 2100 00:00:00 GMT' }, MAX_RETRY_AFTER_MS],
  ])('Retry-After %j is %i ms', (headers, ms) => {
    expect(retryAfterMs(new Response(null, { headers: headers as Record<string, string> }))).toBe(
      ms,
    );
  });

  test('a Retry-After that is too long for a timer delays the next try, by the limit', async () => {
    vi.useFakeTimers();
    const { fetch, bodies } = server([503, 200], { 'retry-after': '99999999' });
    const retried = withRetry(fetch, retry)(request());
    await vi.advanceTimersByTimeAsync(MAX_RETRY_AFTER_MS - 1);
    expect(bodies).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect((await retried).status).toBe(200);
  });

  test('a request fails if its answer does not begin in time', async () => {
    const silent = () => new Promise<Response>(() => {});
    await expect(withTimeout(silent, 10)(request())).rejects.toThrow('did not begin within 10 ms');
  });
});
