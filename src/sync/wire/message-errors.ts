import { CrrSyncError } from '../../errors.js';
import { PROTOCOL_VERSION } from '../protocol.js';
import { SyncRefusal } from './sync-refusal.js';

export function malformed(reason: string): CrrSyncError {
  return new CrrSyncError('CRR_SYNC_MALFORMED', `malformed sync message: ${reason}`, 400);
}

export function tooManyBytes(limit: number): CrrSyncError {
  return new CrrSyncError(
    'CRR_SYNC_TOO_LARGE',
    `a message has more than ${limit} bytes: send fewer changes at a time, or raise the limit`,
    413,
  );
}

export function tooManyChanges(limit: number): CrrSyncError {
  return new CrrSyncError(
    'CRR_SYNC_TOO_LARGE',
    `a request has more than ${limit} changes: send fewer at a time, or raise the limit`,
    413,
  );
}

/** @throws {CrrSyncError} CRR_SYNC_VERSION if the protocol version of a message is unknown. */
export function requireProtocolVersion(version: number): void {
  if (version === PROTOCOL_VERSION) return;
  throw new SyncRefusal({
    code: 'CRR_SYNC_VERSION',
    message: `a message has version ${version} of the sync protocol, expected ${PROTOCOL_VERSION}: use the same version of drizzle-crr on both sides`,
    status: 400,
    details: { versions: [PROTOCOL_VERSION] },
  });
}
