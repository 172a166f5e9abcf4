/**
 * Sites migrate at different times, so changes of a column come from sites where it merges in another
 * way. The `col_version` of a change shows which way: each has a range of versions on the wire. Inside
 * a database versions stay small; the beginning of the range is added when a change is sent.
 *
 * Ranges are so wide that no sequence of pushes reaches the end of one; see {@link MAX_JUMP}.
 */
export interface WireRange {
  readonly name: string;
  /** The smallest version in it. It ends where the next one begins. */
  readonly first: number;
  /** The versions inside a database are the same numbers as on the wire. */
  readonly isPlain?: boolean;
}

/** How many versions a range has that counts writes. */
export const RANGE_WIDTH = 2 ** 47;

/** Last write wins: a number of writes. */
export const COUNTS: WireRange = { name: 'counts', first: 0, isPlain: true };

/** Last write wins, in a column that had a range of its own before: a number of writes since. */
export const LATER_COUNTS: WireRange = { name: 'later counts', first: RANGE_WIDTH, isPlain: true };

/** Last write wins by time: the time itself, which is in this range since 2004. */
export const TIMES: WireRange = { name: 'times', first: 2 ** 50, isPlain: true };

/** One above the greatest version. */
export const VERSIONS_END = 2 ** 53;

/**
 * The greatest number of versions by which one push may raise a cell, or the causal length of a row: more
 * writes than a device makes between two syncs.
 */
export const MAX_JUMP = 2 ** 24;

/** The share of a range's remaining versions that one push may use up: all of {@link MAX_JUMP} in an unused one. */
const MAX_SHARE = MAX_JUMP / RANGE_WIDTH;

/**
 * The greatest version that a push may bring.
 *
 * A version at the end of its range would freeze its cell, because no write could follow. So each push
 * may use up only a small share of the remaining versions: however many pushes raise a cell, there is room for more.
 *
 * @param known the version that the receiver knows, or the first of the range if that is greater.
 * @param end one above the greatest version of the range.
 */
export function greatestJump(known: number, end: number, maxJump: number): number {
  return known + Math.min(maxJump, Math.max(1, Math.floor((end - known) * MAX_SHARE)));
}

/** No number of writes is greater. A time counts as this, so the greater value wins over it. */
export const MOST_WRITES = 2 ** 28;
