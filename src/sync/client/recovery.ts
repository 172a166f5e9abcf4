import type { CrrSyncErrorCode } from '../../errors.js';
import type { Change } from '../../model/change.js';
import { HAS_ROWS } from '../protocol.js';
import { sizeOfCell, sizeOfKey } from '../row-part.js';
import { type Peer, type Site, sinceOf } from '../site.js';
import { NEVER_TOO_LARGE } from '../wire/codec.js';
import { SyncRefusal } from '../wire/sync-refusal.js';
import type { HttpConnection } from './http-connection.js';
import type { KnownServer } from './known-server.js';
import { reconcile } from './reconcile.js';
import { START } from './round.js';
import type { SyncRun } from './sync-run.js';
import type { Tickets } from './tickets.js';

/** A sync gives up after this many refusals in a row. A remedy usually works the first time. */
const MAX_RECOVERIES = 24;

/** A round that has failed. */
export interface Failure {
  readonly site: Site;
  readonly server: KnownServer;
  readonly tickets: Tickets;
  readonly run: SyncRun;
  readonly connection: HttpConnection;
  /** Names of the tables to exchange; all if undefined. */
  readonly tables: readonly string[] | undefined;
  readonly peer: Peer | undefined;
  /** The changes that the request pushed. */
  readonly pushed: readonly Change[];
}

/** Removes the cause of a refusal. Returns false if it cannot. */
type Remedy = (refusal: SyncRefusal, failure: Failure) => boolean | Promise<boolean>;

const REMEDIES: Partial<Record<CrrSyncErrorCode, Remedy>> = {
  CRR_SYNC_OTHER_SITE: followServer,
  CRR_SYNC_CURSOR_AHEAD: returnToStart,
  CRR_SYNC_HORIZON: (refusal, failure) =>
    reconcile(refusal, { ...failure, signal: failure.run.signal }),
  CRR_SYNC_SITE_COPIED: leaveSiteId,
  CRR_SYNC_FOREIGN_CHANGES: leaveOutSites,
  CRR_SYNC_VERSION_JUMP: leaveOutRows,
  CRR_SYNC_TOO_LARGE: sendLess,
  CRR_SYNC_TOO_SLOW: sendLess,
};

/** Removes the cause of a failure. Returns whether the round can be repeated. */
export async function recover(error: unknown, failure: Failure): Promise<boolean> {
  if (!(error instanceof SyncRefusal)) return false;
  if (++failure.run.recoveries > MAX_RECOVERIES) return false;
  const isRecovered = (await REMEDIES[error.code]?.(error, failure)) ?? false;
  if (isRecovered) failure.run.reportRecovered(error.code);
  return isRecovered;
}

/** The database at this address was replaced. The exchange with the new one begins at 0. */
function followServer({ details }: SyncRefusal, { server }: Failure): boolean {
  if (details.siteId === undefined) return false;
  server.siteId = details.siteId;
  return true;
}

/** The server was restored from a backup. */
async function returnToStart(_refusal: SyncRefusal, { site, peer }: Failure): Promise<boolean> {
  if (peer === undefined) return false;
  await startOver(peer, site);
  return true;
}

/** Begins the exchange again: the server may have lost changes that this site has sent. */
export async function startOver(peer: Peer, site: Site): Promise<void> {
  const { refused, seen, ...progress } = peer;
  await site.merge([], { peer: { ...progress, received: START, sent: START, filter: HAS_ROWS } });
}

/**
 * If this database has forgotten deletes that a server never got, because it was silent for too long, the exchange with it
 * begins again, and the rows come back.
 */
export async function remembering(peer: Peer, horizon: number, site: Site): Promise<Peer> {
  const sent = sinceOf((peer.sent ?? START).cursor);
  if (sent === 0 || sent >= horizon) return peer;
  await startOver(peer, site);
  return { ...peer, received: START, sent: START, filter: HAS_ROWS };
}

/**
 * The last push under this site id was not of this database, so it is a copy, or was restored from a backup. It
 * takes a new site id, and with it what it has written since the server got its changes.
 */
async function leaveSiteId(
  { details }: SyncRefusal,
  { site, run, tickets }: Failure,
): Promise<boolean> {
  const { ticket } = details;
  // Another push came in between: the next request learns its ticket.
  if (ticket === undefined || (await tickets.adopt(ticket))) return true;
  run.hasNewId = true;
  await site.rotateId({ movesUnshared: true });
  return true;
}

/** The server accepts the changes of these sites only from their owners. */
function leaveOutSites({ details }: SyncRefusal, { server }: Failure): boolean {
  server.siteId ??= details.siteId;
  return server.addForeignSites(details.siteIds ?? []);
}

/** The server lists rows whose versions are too far ahead. */
function leaveOutRows({ details, code }: SyncRefusal, { run }: Failure): boolean {
  return run.leaveOut((details.rows ?? []).map((row) => ({ ...row, code })));
}

/** Halves the size of chunks. If a single cell is too large, it is left out. */
function sendLess({ code }: SyncRefusal, { server, run, pushed: changes }: Failure): boolean {
  const { maxBytes, maxChanges } = server.chunk;
  const pushed = changes.length;
  const isTooLarge = pushed === 1 && code === 'CRR_SYNC_TOO_LARGE';
  if (isTooLarge && isLarge(changes[0]!)) return run.tooLarge.addPushed(changes[0]!);
  if (pushed <= 1 || maxChanges <= 1) return false;
  server.chunk = {
    maxBytes: Math.max(1, Math.floor(maxBytes / 2)),
    maxChanges: Math.max(1, Math.floor(Math.min(maxChanges, pushed) / 2)),
  };
  return true;
}

const isLarge = (change: Change) => sizeOfKey(change) + sizeOfCell(change) > NEVER_TOO_LARGE;
