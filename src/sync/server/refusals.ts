import { CrrChangeError, CrrDatabaseError, CrrSyncError, CrrUsageError } from '../../errors.js';
import { SyncRefusal } from '../wire/sync-refusal.js';

/** The refusal for an error that the request has caused; undefined if this side has failed. */
export function refusalOf(error: unknown): CrrSyncError | undefined {
  if (error instanceof CrrSyncError) return error;
  const { code, message } = error as Error & { readonly code?: unknown };
  if (error instanceof CrrChangeError) {
    return new SyncRefusal({
      code: 'CRR_SYNC_REFUSED_CHANGE',
      message,
      status: 422,
      details: { cause: error.code },
    });
  }
  if (error instanceof CrrUsageError && code === 'CRR_USAGE_CURSOR') {
    return new CrrSyncError('CRR_SYNC_MALFORMED', 'the cursor is invalid: start from 0', 400);
  }
  if (error instanceof CrrDatabaseError && code === 'CRR_DATABASE_CONTENDED') {
    return busy(message, 1);
  }
  if (error instanceof CrrDatabaseError && code === 'CRR_DATABASE_BUSY') {
    return busy('the database of the server is busy: try again', 1);
  }
  if (error instanceof CrrDatabaseError && code === 'CRR_DATABASE_NEWER_SCHEMA') {
    return new SyncRefusal({
      code: 'CRR_SYNC_OUTDATED',
      message:
        'a migration has changed the database of the server, and this server process still has the schema from before: it has to be restarted',
      status: 503,
      headers: { 'retry-after': '5' },
    });
  }
  return undefined;
}

export function busy(message: string, retryAfterSeconds: number, status = 503): SyncRefusal {
  return new SyncRefusal({
    code: 'CRR_SYNC_BUSY',
    message,
    status,
    headers: { 'retry-after': String(retryAfterSeconds) },
  });
}
