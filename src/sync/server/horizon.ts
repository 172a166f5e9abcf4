import { peerTag } from '../peer-tag.js';
import type { Pull, SyncRequest } from '../protocol.js';
import {
  deletesKnown,
  type Peer,
  progressStatements,
  type Site,
  type SiteState,
  sinceOf,
  today,
} from '../site.js';
import { SyncRefusal } from '../wire/sync-refusal.js';

/** What a client knows of the deletes that this database may have forgotten. */
export interface KnownDeletes {
  /** Everything that was deleted up to this db_version. */
  readonly horizon: number;
  /** The causal length with which its rows begin. */
  readonly birth: number;
}

/**
 * Checks that a client does not keep rows, or bring them back, of which this database has forgotten that they were
 * deleted.
 *
 * @param peer the client, as this database knows it.
 * @throws {CrrSyncError} CRR_SYNC_HORIZON
 */
export function requireDeletesKnown(
  { pull, push, birth = 1 }: SyncRequest,
  peer: Peer | undefined,
  state: SiteState,
): KnownDeletes {
  const horizon = pull === undefined ? Number.MAX_SAFE_INTEGER : deletesKnownIn(pull, peer);
  if (horizon < state.horizon || (push !== undefined && birth < state.birth)) {
    throw deletesForgotten(state);
  }
  return { horizon, birth };
}

function deletesKnownIn({ cursor, filter }: Pull, peer: Peer | undefined): number {
  const known = deletesKnown(cursor);
  if (cursor !== 0) return known;
  const acknowledged = peer?.sent === undefined ? 0 : sinceOf(peer.sent.cursor);
  // Who reads for the first time has no rows of this database.
  if (acknowledged === 0) return Number.MAX_SAFE_INTEGER;
  // A client that has read before and begins again, because this database was restored, still has its rows. One that has
  // none never begins again, so that request is an old one.
  return filter === '' ? known : acknowledged;
}

export function deletesForgotten({ horizon, birth, siteId }: SiteState): SyncRefusal {
  return new SyncRefusal({
    code: 'CRR_SYNC_HORIZON',
    message:
      'the server has forgotten deletes that the client does not know of: the client has to ask which of its rows are gone',
    status: 409,
    details: { horizon, birth, siteId },
  });
}

/** Acknowledged deletes are noted whenever they are so many db_versions ahead of what is noted. */
const STEP = 1_000;

/**
 * The deletes of this database that a request acknowledges, as progress of the exchange. A client without rows has nothing
 * to do with deletes before its first request.
 */
export const acknowledgedBy = ({ cursor, filter, skip }: Pull, { version }: SiteState) => ({
  cursor: cursor === 0 && filter === '' ? version : cursor,
  skip,
});

/**
 * Notes which deletes a client has if it only reads: a push notes it anyway. Once a day, or after many changes, so that
 * an idle client does not make this database write.
 */
export async function noteAcknowledged(
  { siteId, tables, pull }: SyncRequest,
  { peer, owner, site }: { peer: Peer | undefined; owner: string | null; site: Site },
): Promise<void> {
  if (pull === undefined) return;
  const now = sinceOf(pull.cursor);
  const noted = peer?.sent === undefined ? 0 : sinceOf(peer.sent.cursor);
  if (now === 0 || now < noted) return;
  const isWorth = noted === 0 || now - noted >= STEP || (peer?.seen ?? 0) < today();
  if (!isWorth) return;
  const sent = { cursor: pull.cursor, skip: pull.skip };
  await site.write(
    progressStatements({ siteId, tag: peerTag(tables), sent, owner, onlyForward: true }),
  );
}
