import { CrrSyncError } from '../../errors.js';
import type { Change } from '../../model/change.js';
import { bytesToHex, compareBytes } from '../../model/value.js';
import { isMark } from '../column-types.js';
import { peerTag } from '../peer-tag.js';
import type { SyncRequest } from '../protocol.js';
import {
  countSitesOf,
  type LimitedSource,
  type Peer,
  partsOf,
  progressStatements,
  readSitesUsage,
  type Site,
  type SiteState,
} from '../site.js';
import { SyncRefusal } from '../wire/sync-refusal.js';
import type { Access } from './access.js';
import { acknowledgedBy } from './horizon.js';

export interface OwnershipCheck {
  readonly request: SyncRequest;
  readonly access: Access;
  /** Whose changes are pushed; undefined if everything may be written. */
  readonly source: LimitedSource | undefined;
  readonly site: Site;
  /** How many sites one owner may sync with. */
  readonly maxSitesPerOwner: number;
}

/**
 * Of how many sites that belong to nobody a client may bring changes in one request: its own before it had
 * another id, and devices that it exchanges changes with. Each site is kept for good.
 */
const MAX_UNOWNED_SITES = 100;

export interface Ownership {
  /** The state of this site, which the check reads anyway. */
  readonly state: SiteState;
  /** The client, as this site knows it. */
  readonly peer: Peer | undefined;
  /** Nobody has owned the client's site id so far, and the client has an owner. */
  readonly isNew: boolean;
}

/**
 * Checks that a request is meant for this site, and that the client may use the site ids in it. A site
 * id belongs to the first owner whose request is not refused, be it a pull alone.
 *
 * @throws {CrrSyncError} 403 or 409
 */
export async function checkOwnership({
  request,
  access,
  source,
  site,
  maxSitesPerOwner,
}: OwnershipCheck): Promise<Ownership> {
  const { siteId: client, to, push } = request;
  const sites = sitesOf(push?.changes ?? []).set(bytesToHex(client), client);
  const [state, peers] = await Promise.all([site.state(), site.peers([...sites.values()])]);
  if (isSame(client, state.siteId)) throw sameSite();
  if (to !== undefined && !isSame(to, state.siteId)) throw otherSite(state.siteId);
  const taken = sitesOfOthers(peers, access.owner);
  if (taken.has(bytesToHex(client))) throw siteTaken();
  const tag = peerTag(request.tables);
  const peer = peers.find((other) => other.tag === tag && isSame(other.siteId, client));
  requireOwnTicket(request, peer);
  const { owner } = access;
  const owned = new Set(peers.flatMap((peer) => (peer.owner ? [bytesToHex(peer.siteId)] : [])));
  const isNew = owner !== null && !owned.has(bytesToHex(client));
  if (isNew) {
    await requireRoomForSite(owner, site, maxSitesPerOwner);
    owned.add(bytesToHex(client));
  }
  if (push === undefined || access.mayForward) return { state, peer, isNew };
  // A mark contains the site id of the marked value, which anybody may overwrite.
  const written = push.changes.filter((change) => !isMark(change, site.schema));
  const writers = [...sitesOf(written)];
  const unowned = writers.flatMap(([hex, id]) => (owned.has(hex) ? [] : [id]));
  const room =
    owner === null || unowned.length === 0
      ? Number.POSITIVE_INFINITY
      : await roomForSites(unowned, source!.id, site, maxSitesPerOwner);
  let count = 0;
  const foreign = writers.flatMap(([hex, id]) => {
    const isTooMany = !owned.has(hex) && ++count > room;
    return taken.has(hex) || isTooMany ? [id] : [];
  });
  if (foreign.length > 0) throw foreignChanges(foreign, state.siteId);
  return { state, peer, isNew };
}

/** Of how many of these sites, which belong to nobody, a source may bring changes. */
async function roomForSites(
  unowned: readonly Uint8Array[],
  source: string,
  site: Site,
  maxSites: number,
): Promise<number> {
  let room = 0;
  const query = readSitesUsage(source, unowned, (brought, known) => {
    // If all of them are known already, nothing is added.
    room = known === unowned.length ? MAX_UNOWNED_SITES : maxSites - brought;
  });
  await site.query([query]);
  return Math.min(room, MAX_UNOWNED_SITES);
}

/** @throws {CrrSyncError} CRR_SYNC_TOO_MANY_SITES */
async function requireRoomForSite(owner: string, site: Site, maxSites: number): Promise<void> {
  let count = 0;
  const query = countSitesOf(owner, (found) => {
    count = found;
  });
  await site.query([query]);
  if (count >= maxSites) throw tooManySites(maxSites);
}

/** Notes whose site a client is that does not push: a push notes it itself. */
export async function registerSite(
  { siteId, tables, pull }: SyncRequest,
  { owner, state, site }: { owner: string | null; state: SiteState; site: Site },
): Promise<void> {
  const received = { cursor: 0, skip: [] };
  const sent = pull && acknowledgedBy(pull, state);
  const peer = { siteId, tag: peerTag(tables), received, ...(sent && { sent }), owner };
  await site.write(progressStatements({ ...peer, onlyForward: true }));
}

/** Checks that the last push under the client's site id was one of this client. */
function requireOwnTicket({ ticket }: SyncRequest, peer: Peer | undefined): void {
  if (ticket === undefined) return;
  const found = peer?.ticket ?? '';
  if (found === '' || found === ticket.last) return;
  if (partsOf(found).process === partsOf(ticket.next).process) return;
  throw siteCopied(found);
}

const isSame = (a: Uint8Array, b: Uint8Array) => compareBytes(a, b) === 0;

/** The site ids in changes, by their hex form. */
function sitesOf(changes: readonly Change[]): Map<string, Uint8Array> {
  const sites = new Map<string, Uint8Array>();
  let previous: Uint8Array | undefined;
  for (const { site_id } of changes) {
    if (site_id === previous) continue;
    previous = site_id;
    sites.set(bytesToHex(site_id), site_id);
  }
  return sites;
}

/** The sites, in hex, that have another owner. */
function sitesOfOthers(peers: readonly Peer[], owner: string | null): Set<string> {
  const others = peers.filter((peer) => peer.owner !== null && peer.owner !== owner);
  return new Set(others.map(({ siteId }) => bytesToHex(siteId)));
}

function sameSite(): CrrSyncError {
  return new CrrSyncError(
    'CRR_SYNC_SAME_SITE',
    'client and server have the same site id, so one database is a copy of the other: give one of them a new site id with $crr.rotateSiteId()',
    409,
  );
}

export function otherSite(siteId: Uint8Array): SyncRefusal {
  return new SyncRefusal({
    code: 'CRR_SYNC_OTHER_SITE',
    message:
      'the request is meant for another site than the one at this address: begin a new exchange with this one',
    status: 409,
    details: { siteId },
  });
}

function siteTaken(): CrrSyncError {
  return new CrrSyncError(
    'CRR_SYNC_SITE_TAKEN',
    "the client's site id belongs to another owner: if its database is a copy, give it a new site id with $crr.rotateSiteId()",
    403,
  );
}

/** @param ticket undefined if the other push came while this one was merged. */
export function siteCopied(ticket: string | undefined): SyncRefusal {
  return new SyncRefusal({
    code: 'CRR_SYNC_SITE_COPIED',
    message:
      "another database has pushed under the client's site id: the client's is a copy of it, or was restored from a backup, and needs a new site id",
    status: 409,
    details: { ticket },
  });
}

function tooManySites(limit: number): CrrSyncError {
  return new CrrSyncError(
    'CRR_SYNC_TOO_MANY_SITES',
    `this owner syncs with ${limit} sites already, which is the limit: go on with one of their databases, or raise the limit maxSitesPerOwner`,
    403,
  );
}

function foreignChanges(siteIds: readonly Uint8Array[], siteId: Uint8Array): SyncRefusal {
  return new SyncRefusal({
    code: 'CRR_SYNC_FOREIGN_CHANGES',
    message: `some of the changes were made by ${siteIds.length} sites of other owners, or by too many sites of nobody: leave them out, or allow them with forward: true in authorize()`,
    status: 403,
    details: { siteIds, siteId },
  });
}
