import type { CompactResult } from '../../database/compact.js';
import { bytesToHex } from '../../model/value.js';
import type { KnownPeer } from '../../tables/peer/holdback.js';
import type { Style } from '../style.js';
import { count } from './quantity.js';

export function renderCompacted(result: CompactResult, style: Style): string {
  const { tombstones, pending, upTo, heldBackBy } = result;
  const removed = [
    count(tombstones, 'tombstone'),
    ...(pending > 0 ? [count(pending, 'pending change')] : []),
  ];
  return [
    `Removed ${removed.join(' and ')}, up to db_version ${upTo}.`,
    ...heldBackBy.map((peer) => style.yellow(`Later deletes are kept for ${peerText(peer)}.`)),
  ].join('\n');
}

/** Names a peer that lacks deletes, and when it was last heard of. */
export function peerText({ siteId, tag, url, seen }: KnownPeer): string {
  const part = tag === '' ? '' : ` (${tag})`;
  const day = new Date(seen * 86_400_000).toISOString().slice(0, 10);
  return `${bytesToHex(siteId)}${part}${url === '' ? '' : ` at ${url}`}, last seen on ${day}`;
}
