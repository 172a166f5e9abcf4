import { CrrDatabaseError } from '../errors.js';
import type { RowPosition } from '../feed/position.js';
import { type Cursor, deletesKnown } from './change-stream.js';

/**
 * Checks that a reader finds every delete that it has not found yet.
 *
 * @param horizon deletes up to this db_version may have been forgotten.
 * @throws {CrrDatabaseError} CRR_DATABASE_HORIZON
 */
export function requireRemembered(position: Cursor, horizon: number): void {
  if (deletesKnown(position) >= horizon || isBeginning(position)) return;
  throw new CrrDatabaseError(
    'CRR_DATABASE_HORIZON',
    `deletes up to db_version ${horizon} were forgotten by $crr.compact(), and the reader has only read up to ${deletesKnown(position)}: it would keep rows that are deleted. Read from 0 into a database that has no rows yet`,
  );
}

/** Who has read nothing has no rows that could have been deleted. */
const isBeginning = ({ since, after }: Cursor) =>
  since === 0 && after.db_version === 0 && after.horizon === undefined;

/** A reader that began at 0 need not find the deletes that were forgotten by then. */
export function nextPosition(position: Cursor, next: RowPosition, horizon: number): Cursor {
  const known = isBeginning(position) ? horizon : (position.after.horizon ?? 0);
  return { since: position.since, after: known > 0 ? { ...next, horizon: known } : next };
}
