/** The longest delay that `setTimeout` takes: 24.8 days. It treats a longer one as 0. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/**
 * Runs a function after a delay, and returns a function that cancels this. A delay that is too long
 * for `setTimeout`, such as Infinity, is reduced to the longest possible one.
 */
export function startTimer(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, Math.min(delayMs, MAX_DELAY_MS));
  return () => clearTimeout(timer);
}
