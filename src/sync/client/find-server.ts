import type { Peer, Site } from '../site.js';
import type { KnownServer } from './known-server.js';

/**
 * Finds the server among the peers by its site id. Until it has answered, it is the peer that was last
 * reached at this address, or else any server: a server that is not the one it is taken for says so.
 */
export async function findServer(
  site: Site,
  server: KnownServer,
  { url, tag }: Pick<Peer, 'url' | 'tag'>,
): Promise<Peer | undefined> {
  const { siteId } = server;
  // Peers without an address are clients of this site, which may be many.
  const servers = await site.servers();
  server.isFirst = servers.length === 0;
  const isTagged = (peer: Peer) => peer.tag === tag;
  if (siteId !== undefined) return (await site.peers([siteId])).find(isTagged);
  const candidates = servers.filter((peer) => isTagged(peer) && peer.url !== '');
  return candidates.find((peer) => peer.url === url) ?? candidates.at(-1);
}
