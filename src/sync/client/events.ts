import { CrrSyncError } from '../../errors.js';
import { codeOf } from '../../live/events.js';
import type { CrrEvent } from '../../model/event.js';
import type { SyncResult } from './result.js';

/** The numbers of a result, without what names rows or sites. */
export function endedEvent(result: SyncResult, durationMs: number): CrrEvent {
  return {
    type: 'sync',
    pushed: result.pushed,
    pushedWon: result.pushedWon,
    pushedHeld: result.pushedHeld,
    pulled: result.pulled,
    pulledWon: result.pulledWon,
    hidden: result.hidden,
    refused: result.refused,
    rejected: result.rejected,
    tooLarge: result.tooLarge,
    requests: result.requests,
    bytesSent: result.bytesSent,
    bytesReceived: result.bytesReceived,
    sameSchema: result.sameSchema,
    durationMs,
  };
}

export function failedEvent(error: unknown, durationMs: number): CrrEvent {
  const status = error instanceof CrrSyncError ? error.status : undefined;
  return { type: 'sync-failed', durationMs, code: codeOf(error), status };
}
