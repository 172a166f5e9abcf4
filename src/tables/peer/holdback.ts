import { bytesOf } from '../../sql/driver-value.js';
import { statementText } from '../../sql/layout.js';
import { PEER_TABLE } from '../../sql/names.js';
import { type Query, queryRow, type Statement, statement } from '../../sql/statement.js';

/** A site that has exchanged changes with this database, and the deletes of this database that it has. */
export interface KnownPeer {
  readonly siteId: Uint8Array;
  readonly tag: string;
  /** The address at which it was reached; `''` if it connects to this database. */
  readonly url: string;
  /** It has the deletes up to this db_version, and cannot send anything from before them any more. */
  readonly version: number;
  /** The day of the last exchange, counted from 1970. */
  readonly seen: number;
}

/**
 * Reads which deletes the peers have. If a transfer from a server is under way, what comes next may have been read
 * there before it got a delete.
 */
export function readKnownPeers(found: (peer: KnownPeer) => void): Query {
  const sql = statementText`
    SELECT
      site_id,
      tag,
      url,
      CASE
        WHEN url <> '' AND EXISTS (
          SELECT 1 FROM ${PEER_TABLE} AS other
          WHERE
            other.site_id = peer.site_id
            AND other.tag = peer.tag
            AND other.direction = 'received'
            AND other.position IS NOT NULL
        )
        THEN 0
        ELSE version
      END AS acknowledged,
      seen
    FROM ${PEER_TABLE} AS peer
    WHERE direction = 'sent'`;
  return {
    ...statement(sql),
    read(rows) {
      for (const { 0: site, 1: tag, 2: url, 3: version, 4: seen } of rows) {
        found({
          siteId: bytesOf(site!),
          tag: String(tag),
          url: String(url),
          version: Number(version),
          seen: Number(seen),
        });
      }
    },
  };
}

/**
 * Reads up to which db_version servers have what this database wrote, or passed on. What its own clients have does not
 * count: none of it may have reached a server.
 */
export const readSentToServers = (read: (version: number) => void): Query =>
  queryRow(
    `SELECT ifnull(max(version), 0) FROM ${PEER_TABLE} WHERE url > '' AND direction = 'sent'`,
    ({ 0: version }) => read(Number(version)),
  );

/**
 * Forgets clients that were last seen before a day. One with an owner stays: it shows whose site id this is. So does the
 * last one: it shows that this database is one that clients sync with.
 */
export function forgetPeersBefore(day: number): Statement {
  return statement(statementText`
    DELETE FROM ${PEER_TABLE}
    WHERE
      seen < ${day}
      AND owner IS NULL
      AND url = ''
      AND site_id <> (SELECT site_id FROM ${PEER_TABLE} ORDER BY seen DESC, site_id LIMIT 1)`);
}
