import { CrrUsageError } from '../errors.js';
import { requireVersion } from '../model/options.js';
import { DAY_MS } from '../tables/peer/table.js';
import type { Removal, RemovalOptions } from './hold-back.js';

export interface PruneOptions extends RemovalOptions {
  /** Only events that are here for so many milliseconds, by the clock of this database: see {@link days}. */
  readonly olderThan?: number | undefined;
  /** Keep so many events of each row, the newest. Default: 0. */
  readonly keep?: number | undefined;
  /** Wait for no peer: those who have not read the events yet never get them. Default: false. */
  readonly force?: boolean | undefined;
  /** How many events a step looks at, in a transaction of its own. Default: 1,000. */
  readonly limit?: number | undefined;
  /** Called after each step. */
  readonly onProgress?: ((soFar: Pruned) => void) | undefined;
}

/** What was removed. */
export interface Pruned {
  /** How many events. */
  readonly pruned: number;
  /** Rows whose events came here without those before them, so that they had to be left as they are. */
  readonly unclear: number;
}

export interface PruneResult extends Pruned, Removal {
  /** By table with history: its past before this db_version is not known any more; 0 = all of it is. */
  readonly horizons: Readonly<Record<string, number>>;
}

/**
 * Days in milliseconds, as options of `$crr` take them.
 *
 * @example
 * await db.$crr.prune({ olderThan: days(365) });
 */
export const days = (count: number): number => count * DAY_MS;

/** @throws {CrrUsageError} CRR_USAGE_OPTION */
export function requirePruneOptions(options: PruneOptions): void {
  const { olderThan, keep, upTo, peerExpiry, limit } = options;
  for (const [name, value] of Object.entries({ olderThan, keep, upTo, peerExpiry })) {
    if (value !== undefined) requireVersion('prune()', name, value);
  }
  if (limit !== undefined) requireVersion('prune()', 'limit', limit, 1);
  if (olderThan !== undefined || keep !== undefined) return;
  throw new CrrUsageError(
    'CRR_USAGE_OPTION',
    'prune(): neither olderThan nor keep is given, so all of the past would go: pass the age from which events may go, such as olderThan: days(90), or how many of each row stay',
  );
}
