/** When the things that tests open are closed again. */

type Close = () => unknown;

/** A program that a test starts has no test to end: its process closes everything. */
let register: (close: Close) => void = () => {};

/** Calls `close` when the running test ends, or when the test file ends if no test is running yet. */
export function closeLater(close: Close): void {
  register(close);
}

/** For the setup of Vitest alone: see close-when-tests-end.ts. */
export function registerClosing(how: (close: Close) => void): void {
  register = how;
}
