import type { CompactResult } from '../../database/compact.js';
import type { PruneResult } from '../../database/prune-options.js';
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

export function renderPruned(result: PruneResult, style: Style): string {
  const { pruned, unclear, horizons, heldBackBy } = result;
  const begin = Object.entries(horizons)
    .filter(([, horizon]) => horizon > 0)
    .map(([table, horizon]) => `${table} from db_version ${horizon} on`);
  const known = begin.length === 0 ? '' : ` The past is known of ${begin.join(', ')}.`;
  return [
    `Removed ${count(pruned, 'event')}.${known}`,
    ...(unclear === 0
      ? []
      : [
          `${count(unclear, 'row')} ${unclear === 1 ? 'was' : 'were'} left: events came without those before them.`,
        ]),
    ...heldBackBy.map((peer) => style.yellow(`Later events are kept for ${peerText(peer)}.`)),
  ].join('\n');
}

/** Names a peer that lacks deletes, and when it was last heard of. */
export function peerText({ siteId, tag, url, seen }: KnownPeer): string {
  const part = tag === '' ? '' : ` (${tag})`;
  const day = new Date(seen * 86_400_000).toISOString().slice(0, 10);
  return `${bytesToHex(siteId)}${part}${url === '' ? '' : ` at ${url}`}, last seen on ${day}`;
}
