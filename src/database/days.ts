import { DAY_MS } from '../tables/peer/table.js';

/**
 * Days in milliseconds, as options of `$crr` take them.
 *
 * @example
 * await db.$crr.prune({ olderThan: days(365) });
 */
export const days = (count: number): number => count * DAY_MS;
