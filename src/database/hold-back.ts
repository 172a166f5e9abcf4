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
