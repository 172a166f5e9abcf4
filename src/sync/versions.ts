import type { Change } from '../changes/change.js';
import { CrrSyncError } from '../errors.js';

/**
 * Refuses changes from the far future. A database that merges one takes over its db_version, so a
 * single change near the top of the integers would leave everybody without room to count. All
 * clocks are logical: nobody's wall clock plays a part.
 */
export function refuseVersionJumps(
  changes: readonly Change[],
  localVersion: number,
  maxJump: number,
): void {
  const most = localVersion + maxJump;
  for (const { db_version, col_version, cl, seq } of changes) {
    if (db_version <= most && col_version <= most && cl <= most && seq <= most) continue;
    throw new CrrSyncError(
      'CRR_SYNC_VERSION_JUMP',
      `a change is more than ${maxJump} versions ahead of this database: no honest clock gets there, so nothing of it was applied`,
      422,
    );
  }
}
