import { CrrSyncError } from '../errors.js';
import type { Change } from '../model/change.js';
import type { CrrSchema } from '../model/schema.js';
import { greatestColVersion } from './column-types.js';

export interface JumpLimit {
  readonly schema: CrrSchema;
  /** The db_version of the database that is to merge the changes. */
  readonly localVersion: number;
  /** How far ahead of it a version may be. */
  readonly maxJump: number;
}

/**
 * Refuses changes whose versions are far ahead. A database that merges a change takes over its
 * db_version, so a single one near the greatest integer would leave no room to count for anybody.
 *
 * @throws {CrrSyncError} CRR_SYNC_VERSION_JUMP
 */
export function refuseVersionJumps(
  changes: readonly Change[],
  { schema, localVersion, maxJump }: JumpLimit,
): void {
  const greatest = localVersion + maxJump;
  for (const change of changes) {
    const { db_version, col_version, cl, seq } = change;
    const isNear = db_version <= greatest && cl <= greatest && seq <= greatest;
    if (isNear && col_version <= greatest) continue;
    if (isNear && col_version <= greatestColVersion(change, schema, greatest)) continue;
    throw new CrrSyncError(
      'CRR_SYNC_VERSION_JUMP',
      `a change is more than ${maxJump} versions ahead of this database, which no correct clock reaches: nothing was applied; check the database that the change comes from`,
      422,
    );
  }
}
