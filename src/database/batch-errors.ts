import { CrrChangeError, CrrDatabaseError } from '../errors.js';
import type { EarlyChange } from '../merge/group.js';

/** Registering sites has failed so often. */
export function contended(cause: unknown, attempts: number): CrrDatabaseError {
  return new CrrDatabaseError(
    'CRR_DATABASE_CONTENDED',
    `other processes registered new sites in each of ${attempts} attempts to apply this batch: try again`,
    { cause },
  );
}

/** @throws {CrrChangeError} if a change would have to wait. */
export function refuseEarly(first: EarlyChange | undefined): void {
  if (first === undefined) return;
  const { table, cid } = first.change;
  if (first.isHeld) {
    throw new CrrChangeError(
      'CRR_CHANGE_AHEAD',
      `"${table}"."${cid}" was written by a clock that is ahead by more than maxDrift, and onUnknown is 'error': let it wait with onUnknown: 'pending', or set the writer's clock`,
    );
  }
  throw new CrrChangeError(
    'CRR_CHANGE_UNKNOWN',
    `this schema has no CRR column "${table}"."${cid}", and onUnknown is 'error': migrate this database first, or let the changes wait with onUnknown: 'pending'`,
  );
}
