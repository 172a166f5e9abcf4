import { NOW_MS } from '../../sql/now.js';
import { TIMES } from '../wire-range.js';

/*
 * Versions of columns whose last write is the later one: a hybrid logical clock as one integer, the
 * milliseconds since 1970 times 1024. It stays below 2^53 until the year 2248, so JavaScript keeps it
 * exactly.
 */

/** Versions per millisecond. */
export const TICKS = 1024;

/** How far ahead of this database's clock a version may be by default, in milliseconds. */
export const DEFAULT_MAX_DRIFT = 5 * 60_000;

/** The version of now. A device without a battery may boot into 1970: its versions are times all the same. */
export const NOW_SQL = `max(${TIMES.first}, ${NOW_MS} * ${TICKS})`;

/** The greatest version that is not too far ahead at a time of JavaScript's clock. */
export function greatestTime(now: number, maxDrift: number): number {
  return Math.min((now + maxDrift + 1) * TICKS - 1, Number.MAX_SAFE_INTEGER);
}

/** The version after `current` (SQL; negative = none): now, unless the cell is ahead of the clock. */
export function nextTimeSql(current: string): string {
  return `CASE WHEN (${current}) >= ${NOW_SQL} THEN (${current}) + 1 ELSE ${NOW_SQL} END`;
}
