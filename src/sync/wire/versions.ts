import { DEFAULT_MAX_DRIFT, greatestTime } from '../../columns/lww-by-time/time.js';
import { clockTypeOf } from '../../columns/registry.js';
import { CrrSyncError } from '../../errors.js';
import { type Change, SENTINEL } from '../../model/change.js';
import type { CrrSchema } from '../../model/schema.js';

/**
 * Refuses changes from the far future. A database that merges one takes over its db_version, so a
 * single change near the top of the integers would leave everybody without room to count. These
 * clocks are logical, but for the versions of cells: they may be times. In a column that merges by
 * time here, what is ahead waits; in any other they come from sites that have migrated before this
 * one, or have not yet.
 */
export function refuseVersionJumps(
  changes: readonly Change[],
  schema: CrrSchema,
  localVersion: number,
  maxJump: number,
): void {
  const most = localVersion + maxJump;
  const now = Math.max(most, greatestTime(Date.now(), DEFAULT_MAX_DRIFT));
  const mostOf = ({ table, cid }: Change): number => {
    if (cid === SENTINEL) return most;
    const column = schema.tables.get(table)?.clockColumns.find(({ name }) => name === cid);
    return column !== undefined && clockTypeOf(column).clockTime ? Number.MAX_SAFE_INTEGER : now;
  };
  for (const change of changes) {
    const { db_version, col_version, cl, seq } = change;
    const isNear = db_version <= most && cl <= most && seq <= most;
    if (isNear && (col_version <= most || col_version <= mostOf(change))) continue;
    throw new CrrSyncError(
      'CRR_SYNC_VERSION_JUMP',
      `a change is more than ${maxJump} versions ahead of this database: no honest clock gets there, so nothing of it was applied`,
      422,
    );
  }
}
