import { CrrChangeError, CrrSyncError } from '../../errors.js';
import type { Change } from '../../model/change.js';
import type { RowSet } from '../../model/row-id.js';
import type { Chunk } from '../chunk.js';
import type { Pulled, SyncResponse, Ticket } from '../protocol.js';
import type { ApplyResult, Cursor, Peer, PeerProgress } from '../site.js';

/** One request and its answer: the state of this side when the round begins. */
export interface Round {
  readonly siteId: Uint8Array;
  /** The db_version of this database. */
  readonly version: number;
  /** The causal length with which its rows begin. */
  readonly birth: number;
  /** The server, as this database knows it; undefined before the first exchange. */
  readonly peer: Peer | undefined;
  readonly sent: PeerProgress;
  readonly received: PeerProgress;
  /** Changes that were read in order to be sent. */
  readonly chunk: Chunk;
  /** Those of them that the server accepts. */
  readonly push: readonly Change[];
  /** Once it is sent. */
  ticket?: Ticket | undefined;
}

/** Every request pulls, so every answer has this part. */
export type Answer = SyncResponse & { readonly pulled: Pulled };

/** The progress of an exchange that has not begun. */
export const START: PeerProgress = { cursor: 0, skip: [] };

/** @throws {CrrSyncError} CRR_SYNC_SERVER if the part is missing. */
export function requirePulled(response: SyncResponse): Answer {
  const { pulled } = response;
  if (pulled !== undefined) return { ...response, pulled };
  throw new CrrSyncError(
    'CRR_SYNC_SERVER',
    'the answer lacks the part "pulled", which was asked for: check that the address is that of a sync handler',
  );
}

/** The progress once the answer is merged. */
export function receivedAfter({ received }: Round, { pulled, pushed }: Answer): PeerProgress {
  const skip = pulled.restarted ? [] : [...received.skip];
  if (pushed !== undefined && pushed.stamp > 0) skip.push(pushed.stamp);
  return { cursor: pulled.cursor, skip };
}

/** The progress once the answer has arrived. */
export const sentAfter = ({ chunk, sent }: Round): PeerProgress => ({
  cursor: chunk.cursor,
  skip: sent.skip,
});

/**
 * The progress when a round begins. A new sync may find a row half sent: if rows were refused, it may be one of them, and is
 * sent from its beginning.
 */
export function sentBefore(peer: Peer | undefined, isFirst: boolean): PeerProgress {
  const { sent = START, refused = [] } = peer ?? {};
  const { cursor, skip } = sent;
  if (!isFirst || refused.length === 0 || typeof cursor === 'number') return sent;
  const { part: _, ...after } = cursor.after;
  return { cursor: { since: cursor.since, after }, skip };
}

export const isSameCursor = (a: number | Cursor, b: number | Cursor) =>
  a === b || JSON.stringify(a) === JSON.stringify(b);

/** The db_version of a cursor, for reports of progress. */
export const versionOf = (cursor: number | Cursor) =>
  typeof cursor === 'number' ? cursor : cursor.after.db_version;

/** Whether an apply changed what tables show, or parked what it got. */
export const changesRows = (applied: ApplyResult) =>
  (['inserted', 'updated', 'deleted', 'parked', 'shown', 'masked', 'unmasked'] as const).some(
    (list) => applied[list].length > 0,
  );

/** The first causal length is the default. */
export const birthOf = ({ birth }: Round) => (birth > 1 ? birth : undefined);

/** Whether a change is an edit of a row that the server has forgotten. A later life of the row is a new one. */
export const isForgotten = (change: Change, forgotten: RowSet, birth: number) =>
  change.cl % 2 === 1 && change.cl < birth && forgotten.has(change);

export const isForged = (error: unknown) =>
  error instanceof CrrChangeError && error.code === 'CRR_CHANGE_FORGED';
