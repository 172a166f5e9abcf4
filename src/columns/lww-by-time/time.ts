/*
 * Versions of columns whose last write is the later one: a hybrid logical clock as one integer, the
 * milliseconds since 1970 times 1024. It stays below 2^53 until the year 2248, so JavaScript keeps it
 * exactly.
 */

/** Versions per millisecond. */
export const TICKS = 1024;

/** How far ahead of this database's clock a version may be by default, in milliseconds. */
export const DEFAULT_MAX_DRIFT = 5 * 60_000;

/** The version of now. julianday() counts days, and every SQLite has it. */
export const NOW_SQL = `(CAST((julianday('now') - 2440587.5) * 86400000 + 0.5 AS INTEGER) * ${TICKS})`;

/** The greatest version that is not too far ahead, as SQL. */
export const GREATEST_NOW_SQL = `(${NOW_SQL} + ${(DEFAULT_MAX_DRIFT + 1) * TICKS - 1})`;

/** The greatest version that is not too far ahead at a time of JavaScript's clock. */
export function greatestTime(now: number, maxDrift: number): number {
  return Math.min((now + maxDrift + 1) * TICKS - 1, Number.MAX_SAFE_INTEGER);
}

/** The version after `current` (SQL; negative = none): now, unless the cell is ahead of the clock. */
export function nextTimeSql(current: string): string {
  return `CASE WHEN (${current}) >= ${NOW_SQL} THEN (${current}) + 1 ELSE ${NOW_SQL} END`;
}
