import { startTimer } from '../live/timer.js';

/** Resolves after a delay, or rejects with the signal's reason as soon as the signal is aborted. */
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
  /** Creates the error for when the time is over. */
  readonly error: () => Error;
  /** Aborting it ends the work early, with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work`, and fails if it takes too long. Its signal is aborted then, so that it can stop. If it
 * does not, its result is ignored.
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
  ended.catch(() => {}); // In case `work` throws synchronously, before the race begins.
  try {
    return await Promise.race([work(end.signal), ended]);
  } finally {
    cancelTimer();
    signal?.removeEventListener('abort', onAbort);
  }
}
