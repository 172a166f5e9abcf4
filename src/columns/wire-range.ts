/**
 * Sites migrate at different times, so changes of a column come from sites where it merges in another
 * way. The `col_version` of a change shows in which: each way has a range of versions on the wire. Inside
 * a database versions stay small; what a range begins with is added when a change is sent.
 */
export interface WireRange {
  readonly name: string;
  /** The smallest version in it. It ends where the next one begins. */
  readonly first: number;
  /** The versions inside a database are the same numbers as on the wire. */
  readonly isPlain?: boolean;
}

/** Last write wins: a number of writes. */
export const COUNTS: WireRange = { name: 'counts', first: 0, isPlain: true };

/** Last write wins, in a column that had a range of its own before: a number of writes since. */
export const LATER_COUNTS: WireRange = { name: 'later counts', first: 2 ** 30, isPlain: true };

/** Last write wins by time: the time itself. */
export const TIMES: WireRange = { name: 'times', first: 2 ** 46, isPlain: true };

/** No number of writes is greater. A time counts as this, so the greater value wins over it. */
export const MOST_WRITES = 2 ** 28;
