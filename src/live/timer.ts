/** The longest delay of a timer: 2^31 - 1 ms, which is 24.8 days. A longer one would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/**
 * Runs a function after a delay; the function returned cancels it. A delay that is too long for a
 * timer, such as Infinity, becomes the longest one possible.
 */
export function startTimer(run: () => void, delayMs: number): () => void {
  const timer = setTimeout(run, Math.min(delayMs, MAX_DELAY_MS));
  return () => clearTimeout(timer);
}
