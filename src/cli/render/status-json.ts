import { sinceOf } from '../../database/change-stream.js';
import type { Peer } from '../../database/peers.js';
import { bytesToHex } from '../../model/value.js';
import type { Status, TableStatus } from '../read-status.js';
import { leftToSend } from './status.js';

/** The status as one JSON object. Scripts rely on these names: they are documented in docs/cli.md. */
export const statusJson = (status: Status): string => JSON.stringify(statusObject(status));

export function statusObject(status: Status) {
  const { address, siteId, version, pending, rejected, differences, tables, peers } = status;
  return {
    database: address,
    siteId: bytesToHex(siteId),
    dbVersion: version,
    horizon: status.horizon,
    pending,
    rejected,
    parked: sum(tables, 'parked'),
    masked: sum(tables, 'masked'),
    differences,
    bookkeepingBytes: status.bookkeepingBytes ?? null,
    tables: tables.map(({ name, counts, parked, masked, log }) => ({
      name,
      rows: counts?.rows ?? null,
      tombstones: counts?.tombstones ?? null,
      parked,
      masked,
      history: log ? { events: log.events, bytes: log.bytes ?? null, horizon: log.horizon } : null,
    })),
    peers: peers.map((peer) => peerObject(peer, version)),
    drafts: status.drafts.map(({ name, rows }) => ({ name, rows })),
  };
}

const sum = (tables: readonly TableStatus[], what: 'parked' | 'masked'): number =>
  tables.reduce((total, table) => total + table[what], 0);

const peerObject = (
  { siteId, tag, url, owner, received, sent, refused }: Peer,
  version: number,
) => ({
  siteId: bytesToHex(siteId),
  tag,
  url,
  owner,
  received: received
    ? { dbVersion: sinceOf(received.cursor), unfinished: typeof received.cursor !== 'number' }
    : null,
  sent: sent
    ? {
        dbVersion: sinceOf(sent.cursor),
        unfinished: typeof sent.cursor !== 'number',
        dbVersionsLeft: leftToSend(sent, version),
      }
    : null,
  refused: refused?.length ?? 0,
});
