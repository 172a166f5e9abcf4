import { CrrSyncError } from '../errors.js';
import type { Change } from '../model/change.js';
import type { CrrSchema } from '../model/schema.js';
import { greatestColVersion } from './column-types.js';

export interface JumpLimit {
  readonly schema: CrrSchema;
  /** The db_version of the database that merges the changes. */
  readonly localVersion: number;
  /** How far a version may be ahead of it. */
  readonly maxJump: number;
}

/**
 * Refuses changes whose versions are too far ahead. A database that merges a change adopts its
 * db_version, so a single change near the greatest integer would leave every site without versions.
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
      `a change is more than ${maxJump} versions ahead of this database, so nothing was applied: check the database that it comes from`,
      422,
    );
  }
}
