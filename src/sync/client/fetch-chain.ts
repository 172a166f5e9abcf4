/** The part of `fetch` that sync uses; a handler of `createSyncHandler` can be wrapped as one. */
export type Fetch = (request: Request) => Promise<Response>;

export interface RetryOptions {
  /** How often a request is sent at most. */
  readonly attempts: number;
  /** The first delay is random up to this, in milliseconds; each later limit is twice the last. */
  readonly baseMs: number;
  /** No delay limit grows beyond this. */
  readonly maxMs: number;
  /** A number from 0 up to 1; for tests. */
  readonly random?: () => number;
}

/**
 * Sends a request again when the network or the server failed: full jitter between tries,
 * Retry-After as the least delay. An answer of 4xx is final, but for 429. Aborting the request ends
 * the waiting too.
 */
export function withRetry(fetch: Fetch, options: RetryOptions): Fetch {
  return async (request) => {
    for (let attempt = 1; ; attempt++) {
      const isLast = attempt >= options.attempts;
      let floor = 0;
      try {
        // A request's body can be read once: each try gets a copy.
        const response = await fetch(isLast ? request : request.clone());
        if (isLast || !isWorthRetrying(response.status)) return response;
        floor = retryAfterMs(response);
        await response.body?.cancel();
      } catch (error) {
        if (isLast || request.signal.aborted) throw error;
      }
      await sleep(Math.max(floor, fullJitter(attempt - 1, options)), request.signal);
    }
  };
}

/** Makes a request fail when it takes longer than `ms` until its answer begins. */
export function withTimeout(fetch: Fetch, ms: number): Fetch {
  return async (request) => {
    const timeout = new AbortController();
    const timer = setTimeout(() => {
      timeout.abort(new Error(`no answer within ${ms} ms`));
    }, ms);
    const onAbort = () => timeout.abort(request.signal.reason);
    request.signal.addEventListener('abort', onAbort, { once: true });
    const given = new Promise<never>((_, reject) => {
      timeout.signal.addEventListener('abort', () => reject(timeout.signal.reason), { once: true });
    });
    try {
      return await Promise.race([fetch(new Request(request, { signal: timeout.signal })), given]);
    } finally {
      clearTimeout(timer);
      request.signal.removeEventListener('abort', onAbort);
    }
  };
}

/** A random delay up to a limit that doubles with every failure. */
export function fullJitter(
  failures: number,
  { baseMs, maxMs, random = Math.random }: Omit<RetryOptions, 'attempts'>,
): number {
  return random() * Math.min(maxMs, baseMs * 2 ** Math.min(failures, 30));
}

export const isWorthRetrying = (status: number) => status === 429 || status >= 500;

/**
 * What Retry-After asks for, in milliseconds; 0 where it says nothing. A date is taken against the
 * server's own Date header: the clocks of the two sides need not agree.
 */
export function retryAfterMs(response: Response): number {
  const value = response.headers.get('retry-after');
  if (value === null) return 0;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1_000;
  const until = Date.parse(value);
  const now = Date.parse(response.headers.get('date') ?? '');
  if (Number.isNaN(until)) return 0;
  return Math.max(0, until - (Number.isNaN(now) ? Date.now() : now));
}

/** Waits, unless the signal is or gets aborted. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
