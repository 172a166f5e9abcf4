import { onTestFinished } from 'vitest';

/** Counts the timers that were started from now on, and have neither fired nor been cancelled. */
export function pendingTimers(): () => number {
  const { setTimeout: start, clearTimeout: cancel } = globalThis;
  const pending = new Set<unknown>();
  globalThis.setTimeout = ((run: (...args: unknown[]) => void, ...rest: [number]) => {
    const timer = start(
      () => {
        pending.delete(timer);
        run();
      },
      ...rest,
    );
    pending.add(timer);
    return timer;
  }) as typeof setTimeout;
  globalThis.clearTimeout = ((timer: Parameters<typeof cancel>[0]) => {
    pending.delete(timer);
    cancel(timer);
  }) as typeof clearTimeout;
  onTestFinished(() => {
    Object.assign(globalThis, { setTimeout: start, clearTimeout: cancel });
  });
  return () => pending.size;
}
