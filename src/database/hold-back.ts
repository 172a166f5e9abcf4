import { CrrUsageError } from '../errors.js';
import { RowSet } from '../model/row-id.js';
import { bytesOf, type DriverRow } from '../sql/driver-value.js';
import { statement } from '../sql/statement.js';
import { type KnownPeer, readKnownPeers } from '../tables/peer/holdback.js';
import { DAY_MS, today } from '../tables/peer/table.js';
import { selectRefused } from '../tables/refused/table.js';
import type { Connection } from './connection.js';
import { run } from './run.js';

export const PEER_EXPIRY_MS = 90 * DAY_MS;

/** How far deletes may be forgotten, and which peers set the limit. */
export interface HoldBack {
  /** Undefined if no peer is known. */
  readonly version: number | undefined;
  readonly by: readonly KnownPeer[];
}

/** Deletes are forgotten once every peer has them. A peer that has been silent for too long is not waited for. */
export function holdBackOf(peers: readonly KnownPeer[], peerExpiry: number): HoldBack {
  if (peers.length === 0) return { version: undefined, by: [] };
  const living = peers.filter(({ seen }) => seen >= expiryDay(peerExpiry));
  const version = Math.min(Number.MAX_SAFE_INTEGER, ...living.map((peer) => peer.version));
  return { version, by: living.filter((peer) => peer.version === version) };
}

/** How far what was exchanged may be removed. */
export interface RemovalOptions {
  /** Remove nothing after this db_version; a later one than the present counts as that. Default: as far as all peers have it. */
  readonly upTo?: number | undefined;
  /** A peer that was not heard of for so many milliseconds is not waited for. Default: 90 days. */
  readonly peerExpiry?: number | undefined;
}

/** Up to which db_version all have what is here, and the peers that are why it is not the present one. */
export interface Removal {
  readonly upTo: number;
  readonly heldBackBy: readonly KnownPeer[];
}

/**
 * What all peers have, as far as it is to be removed.
 *
 * @param dbVersion the present one.
 * @throws {CrrUsageError} CRR_USAGE_OPTION if nobody is known.
 */
export async function removalOf(
  connection: Connection,
  caller: string,
  { upTo: limit, peerExpiry = PEER_EXPIRY_MS }: RemovalOptions,
  dbVersion: number,
): Promise<Removal> {
  const holdBack = holdBackOf(await knownPeers(connection), peerExpiry);
  if (holdBack.version === undefined && limit === undefined) throw nobodyKnown(caller);
  const wanted = Math.min(limit ?? dbVersion, dbVersion);
  const upTo = Math.min(wanted, holdBack.version ?? wanted);
  return { upTo, heldBackBy: upTo < wanted ? holdBack.by : [] };
}

const nobodyKnown = (caller: string) =>
  new CrrUsageError(
    'CRR_USAGE_OPTION',
    `${caller}: this database knows no peer, so it cannot know who still needs what it would remove: if changes are exchanged by hand, pass upTo, a db_version up to which everyone has them`,
  );

/** Peers that were last seen before this day are not waited for. */
export const expiryDay = (peerExpiry: number) => today() - Math.ceil(peerExpiry / DAY_MS);

export async function knownPeers(connection: Connection): Promise<readonly KnownPeer[]> {
  const peers: KnownPeer[] = [];
  await run(connection, [readKnownPeers((peer) => peers.push(peer))], 'read');
  return peers;
}

/** Rows that a peer refused to take. A delete among them counts as sent, and has to be sent again. */
export async function refusedRows(connection: Connection): Promise<RowSet> {
  const refused = new RowSet();
  const query = {
    ...statement(selectRefused(undefined)),
    read(rows: readonly DriverRow[]) {
      for (const { 2: table, 3: pk } of rows) {
        refused.add({ table: String(table), pk: bytesOf(pk!) });
      }
    },
  };
  await run(connection, [query], 'read');
  return refused;
}
