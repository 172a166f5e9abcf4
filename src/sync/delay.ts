import { startTimer } from '../live/timer.js';

/** Resolves after a delay. Rejects with the signal's reason if that is, or gets, aborted. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const onAbort = () => {
      cancelTimer();
      reject(signal.reason);
    };
    const cancelTimer = startTimer(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

export interface Deadline {
  readonly ms: number;
  /** Makes the error to fail with after that time. */
  readonly error: () => Error;
  /** Ends the work earlier when aborted, with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work`, which fails once the time is over. The signal that it gets is aborted then, so that
 * it can stop; if it does not, it is no longer waited for.
 */
export async function withDeadline<T>(
  { ms, error, signal }: Deadline,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const end = new AbortController();
  const onAbort = () => end.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });
  const cancelTimer = startTimer(() => end.abort(error()), ms);
  const ended = new Promise<never>((_, reject) => {
    if (end.signal.aborted) reject(end.signal.reason);
    end.signal.addEventListener('abort', () => reject(end.signal.reason), { once: true });
  });
  ended.catch(() => {}); // Also if `work` throws at once, and nothing races with it.
  try {
    return await Promise.race([work(end.signal), ended]);
  } finally {
    cancelTimer();
    signal?.removeEventListener('abort', onAbort);
  }
}
