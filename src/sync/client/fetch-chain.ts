import { sleep, withDeadline } from '../delay.js';

/** The part of `fetch` that sync uses. A handler of `createSyncHandler` can be used as one. */
export type Fetch = (request: Request) => Promise<Response>;

export interface Backoff {
  /** The limit of the first delay, in milliseconds. It doubles with each failure. */
  readonly baseMs: number;
  /** The greatest limit, in milliseconds. */
  readonly maxMs: number;
  /** Returns a number from 0 to 1; for tests. */
  readonly random?: () => number;
}

export interface RetryOptions extends Backoff {
  /** How many times a request is sent at most. */
  readonly attempts: number;
  readonly onRetry?: ((retry: Retry) => void) | undefined;
}

/** A request that is sent again. */
export interface Retry {
  /** How many times it has failed. */
  readonly attempt: number;
  readonly delayMs: number;
  /** The status of the answer; undefined if there was none. */
  readonly status: number | undefined;
}

/** A longer Retry-After is reduced to this, so that a wrong header cannot stop a client for hours. */
export const MAX_RETRY_AFTER_MS = 5 * 60_000;

/**
 * Sends a request again if the network or the server fails. The delay is random, but not shorter than
 * Retry-After asks for. An answer with status 4xx is final, except for 429. Aborting the request also
 * ends the delay.
 */
export function withRetry(fetch: Fetch, options: RetryOptions): Fetch {
  return async (request) => {
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt >= options.attempts;
      let leastMs = 0;
      let status: number | undefined;
      try {
        // The body of a request can be read only once, so each attempt gets a copy.
        const response = await fetch(isLast ? request : request.clone());
        if (isLast || !isWorthRetrying(response.status)) return response;
        leastMs = retryAfterMs(response);
        status = response.status;
        await response.body?.cancel();
      } catch (error) {
        if (isLast || request.signal.aborted) throw error;
      }
      const delayMs = Math.max(leastMs, fullJitter(attempt - 1, options));
      options.onRetry?.({ attempt, delayMs, status });
      await sleep(delayMs, request.signal);
    }
  };
}

/** Makes a request fail if its answer does not begin within `ms`. */
export function withTimeout(fetch: Fetch, ms: number): Fetch {
  return (request) => {
    const error = () => new Error(`the answer did not begin within ${ms} ms`);
    return withDeadline({ ms, error, signal: request.signal }, (signal) =>
      fetch(new Request(request, { signal })),
    );
  };
}

/** A random delay in milliseconds. Its limit doubles with each failure before. */
export function fullJitter(
  failures: number,
  { baseMs, maxMs, random = Math.random }: Backoff,
): number {
  return random() * Math.min(maxMs, baseMs * 2 ** Math.min(failures, 30));
}

const isWorthRetrying = (status: number) => status === 429 || status >= 500;

/**
 * The delay that Retry-After asks for, in milliseconds; 0 without one. A date is compared with the
 * Date header of the same answer, because the clocks of client and server may differ.
 */
export function retryAfterMs({ headers }: Response): number {
  return Math.min(MAX_RETRY_AFTER_MS, Math.max(0, askedDelay(headers)));
}

function askedDelay(headers: Headers): number {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const until = Date.parse(value);
  if (Number.isNaN(until)) return 0;
  const now = Date.parse(headers.get('date') ?? '');
  return until - (Number.isNaN(now) ? Date.now() : now);
}
