import { type Change, SENTINEL } from '../changes/change.js';
import { CrrSyncError } from '../errors.js';
import type { CrrSchema } from '../schema/read-schema.js';
import { isTimed } from '../schema/table-spec.js';
import { DEFAULT_MAX_DRIFT, greatestVersion } from '../sql/timed-version.js';

/**
 * Refuses changes from the far future. A database that merges one takes over its db_version, so a
 * single change near the top of the integers would leave everybody without room to count. These
 * clocks are logical. Only versions of columns that merge by time are not: what is ahead of its time
 * there waits anyway, and a column that is not known here may be one of them.
 */
export function refuseVersionJumps(
  changes: readonly Change[],
  schema: CrrSchema,
  localVersion: number,
  maxJump: number,
): void {
  const most = localVersion + maxJump;
  const mostOf = ({ table, cid }: Change): number => {
    const spec = schema.tables.get(table)?.spec;
    const column = spec?.columns.find(({ name }) => name === cid);
    if (column !== undefined && isTimed(column)) return Number.MAX_SAFE_INTEGER;
    const isKnown =
      column !== undefined ||
      cid === SENTINEL ||
      spec?.siteColumns.some(({ name }) => name === cid);
    return isKnown ? most : Math.max(most, greatestVersion(Date.now(), DEFAULT_MAX_DRIFT));
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
