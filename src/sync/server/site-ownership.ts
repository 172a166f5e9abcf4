import { CrrSyncError } from '../../errors.js';
import type { Change } from '../../model/change.js';
import { bytesToHex, compareBytes } from '../../model/value.js';
import { isMark } from '../column-types.js';
import type { SyncRequest } from '../protocol.js';
import type { Peer, Site, SiteState } from '../site.js';
import { SyncRefusal } from '../wire/sync-refusal.js';
import type { Access } from './access.js';

export interface OwnershipCheck {
  readonly request: SyncRequest;
  readonly access: Access;
  readonly site: Site;
}

/**
 * Checks that a request is meant for this site, and that the client may use the site ids in it. A site
 * id belongs to the first owner that uses it.
 *
 * @returns the state of this site, which the check reads anyway.
 * @throws {CrrSyncError} 403 or 409
 */
export async function checkOwnership({
  request,
  access,
  site,
}: OwnershipCheck): Promise<SiteState> {
  const { siteId: client, to, push } = request;
  const sites = sitesOf(push?.changes ?? []).set(bytesToHex(client), client);
  const [state, peers] = await Promise.all([site.state(), site.peers([...sites.values()])]);
  if (isSame(client, state.siteId)) throw sameSite();
  if (to !== undefined && !isSame(to, state.siteId)) throw otherSite(state.siteId);
  const taken = sitesOfOthers(peers, access.owner);
  if (taken.has(bytesToHex(client))) throw siteTaken();
  if (push === undefined || access.mayForward) return state;
  // A mark contains the site id of the marked value, which anybody may overwrite.
  const written = push.changes.filter((change) => !isMark(change, site.schema));
  const foreign = [...sitesOf(written)].flatMap(([hex, id]) => (taken.has(hex) ? [id] : []));
  if (foreign.length > 0) throw foreignChanges(foreign, state.siteId);
  return state;
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

function otherSite(siteId: Uint8Array): SyncRefusal {
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

function foreignChanges(siteIds: readonly Uint8Array[], siteId: Uint8Array): SyncRefusal {
  return new SyncRefusal({
    code: 'CRR_SYNC_FOREIGN_CHANGES',
    message: `some of the changes were made by ${siteIds.length} sites of other owners: leave them out, or allow them with forward: true in authorize()`,
    status: 403,
    details: { siteIds, siteId },
  });
}
