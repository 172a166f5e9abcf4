import { block, list, statementText } from '../../sql/layout.js';
import { APPLY_TABLE, GUARD_TABLE, PEER_TABLE, STATE_TABLE } from '../../sql/names.js';
import { quoteBlob, quoteText } from '../../sql/quote.js';
import { type Query, queryRow, type Statement, statement } from '../../sql/statement.js';

/** Changes received from the peer, or changes sent to it. */
export type Direction = 'received' | 'sent';

/**
 * crr_peer: how far this database is with each site that it exchanges changes with, as in
 * cr-sqlite's crsql_tracked_peers. One row for each peer, tag and direction.
 *
 *     tag        which part of the database is exchanged; '' = all of it
 *     direction  'received' or 'sent'
 *     version    everything up to this db_version went over: the peer's for received, this one's for sent
 *     position   while a transfer is under way, the row after which it goes on (JSON). cr-sqlite keeps
 *                a seq here, but pages are cut between rows, not between seqs
 *     skip       db_versions above `version` that the other side made of our own changes: ',7,9,' or ','
 *     filter     fingerprint of the rows that the peer lets this database see
 *     url        the address at which it was reached
 *     owner      who it identified itself as
 *     ticket     the last push, by its ticket: of the peer to this database if received, of this one if sent
 *     seen       the day of the last exchange that was noted, counted from 1970
 *     receipt    what the peer gave as evidence of the moment in its history that this database knows
 */
export function peerStatements(): string[] {
  return [
    statementText`
      CREATE TABLE IF NOT EXISTS ${PEER_TABLE} (
        site_id BLOB NOT NULL,
        tag TEXT NOT NULL,
        direction TEXT NOT NULL,
        version INTEGER NOT NULL,
        position TEXT,
        skip TEXT NOT NULL DEFAULT ',',
        filter TEXT NOT NULL DEFAULT '',
        url TEXT NOT NULL DEFAULT '',
        owner TEXT,
        receipt TEXT NOT NULL DEFAULT '',
        ticket TEXT NOT NULL DEFAULT '',
        seen INTEGER NOT NULL,
        PRIMARY KEY (site_id, tag, direction)
      ) STRICT`,
    // A server has a peer for each device that ever synced.
    ...['owner', 'url', 'filter'].map(
      (column) => `CREATE INDEX IF NOT EXISTS ${PEER_TABLE}_${column} ON ${PEER_TABLE} (${column})`,
    ),
  ];
}

/** The values of one row of crr_peer. */
export interface PeerRow {
  readonly siteId: Uint8Array;
  readonly tag: string;
  readonly direction: Direction;
  readonly version: number;
  readonly position: string | null;
  readonly skip: readonly number[];
  readonly filter: string;
  readonly url: string;
  readonly owner: string | null;
  readonly receipt: string;
}

const skipText = (versions: readonly number[]) => `,${versions.map((v) => `${v},`).join('')}`;
export const parseSkip = (text: string): number[] => text.split(',').filter(Boolean).map(Number);

type PeerDirection = Pick<PeerRow, 'siteId' | 'tag' | 'direction'>;

const COLUMNS = [
  ...['site_id', 'tag', 'direction', 'version', 'position'],
  ...['skip', 'filter', 'url', 'owner', 'receipt', 'seen'],
];

/** The present day, counted from 1970. */
export const today = () => Math.floor(Date.now() / DAY_MS);

export const DAY_MS = 86_400_000;

/** How many tags a site may have. A server gets them from its clients. */
const MAX_TAGS = 16;

/** Sets a row, whatever was there. */
export const setPeerStatements = (row: PeerRow): string[] => [upsertPeer(row), setIndexed(row)];

function upsertPeer(row: PeerRow, where = 'true'): string {
  const values = [
    quoteBlob(row.siteId),
    quoteText(row.tag),
    quoteText(row.direction),
    row.version,
    row.position === null ? 'NULL' : quoteText(row.position),
    quoteText(skipText(row.skip)),
    quoteText(row.filter),
    quoteText(row.url),
    row.owner === null ? 'NULL' : quoteText(row.owner),
    quoteText(row.receipt),
    today(),
  ];
  const updated = ['version', 'position', 'skip', 'receipt', 'seen'];
  return statementText`
    INSERT INTO ${PEER_TABLE} (${COLUMNS.join(', ')})
    SELECT ${values.join(', ')}
    WHERE ${where}
    ON CONFLICT (site_id, tag, direction) DO UPDATE SET
      ${list(updated.map((name) => `${name} = excluded.${name}`))}`;
}

/** Apart, and seldom necessary: an UPDATE that sets an indexed column writes its index, whatever the value. */
function setIndexed(row: PeerRow): string {
  const [filter, url] = [quoteText(row.filter), quoteText(row.url)];
  const owner = row.owner === null ? 'NULL' : quoteText(row.owner);
  return statementText`
    UPDATE ${PEER_TABLE}
    SET filter = ${filter}, url = ${url}, owner = ${owner}
    WHERE
      ${isRow(row)}
      AND version = ${row.version}
      AND (filter <> ${filter} OR url <> ${url} OR owner IS NOT ${owner})`;
}

/**
 * Sets a row only if that moves it on, so that a request that is repeated or late turns nothing back. A
 * site that has too many tags already gets no other one.
 */
export function advancePeerStatements(row: PeerRow): string[] {
  const { siteId, tag, direction } = row;
  const others = block`
    (
      SELECT count(*) FROM ${PEER_TABLE}
      WHERE site_id = ${quoteBlob(siteId)} AND tag <> ${quoteText(tag)} AND direction = ${quoteText(direction)}
    )`;
  const upsert = statementText`
    ${upsertPeer(row, `${others} < ${MAX_TAGS}`)}
    WHERE excluded.version >= ${PEER_TABLE}.version`;
  return [upsert, setIndexed(row)];
}

/**
 * After an apply: if all that it stamped came from the peer, the peer lacks nothing of it. If everything
 * before was sent, `version` steps over the new db_version; otherwise it is listed in `skip`.
 */
export function endPeerStatement(row: PeerRow): string {
  const news = 'state.db_version > apply.prior_db_version AND apply.has_local_news = 0';
  const all = `${news} AND position IS NULL AND version >= apply.prior_db_version`;
  return statementText`
    UPDATE ${PEER_TABLE}
    SET
      version = CASE WHEN ${all} THEN state.db_version ELSE version END,
      skip = CASE
        WHEN ${all} THEN ','
        WHEN ${news} THEN skip || state.db_version || ','
        ELSE skip
      END
    FROM ${STATE_TABLE} AS state, ${APPLY_TABLE} AS apply
    WHERE ${isRow(row)}`;
}

const isRow = ({ siteId, tag, direction }: PeerDirection) =>
  `site_id = ${quoteBlob(siteId)} AND tag = ${quoteText(tag)} AND direction = ${quoteText(direction)}`;

/** Sites, or those that were reached at an address. */
export type PeerSelection = readonly Uint8Array[] | 'servers';

/** SQL condition for the rows of peers. */
export function isSelected(which: PeerSelection | undefined): string {
  if (which === undefined) return 'true';
  const sites =
    which === 'servers'
      ? `SELECT site_id FROM ${PEER_TABLE} WHERE url > ''`
      : which.map(quoteBlob).join(', ');
  return `site_id IN (${sites})`;
}

export function selectPeersStatement(which: PeerSelection | undefined): string {
  return statementText`
    SELECT ${COLUMNS.join(', ')}, ticket
    FROM ${PEER_TABLE}
    WHERE ${isSelected(which)}
    ORDER BY site_id, tag, direction`;
}

/** How many sites belong to an owner. */
export function countSitesOf(owner: string, read: (count: number) => void): Query {
  const sql = statementText`
    SELECT count(DISTINCT site_id)
    FROM ${PEER_TABLE}
    WHERE owner = ${quoteText(owner)}`;
  return queryRow(sql, ({ 0: count }) => read(Number(count)));
}

/** Notes the ticket of the last push. */
export function setTicket(row: PeerDirection, ticket: string): string {
  return `UPDATE ${PEER_TABLE} SET ticket = ${quoteText(ticket)} WHERE ${isRow(row)}`;
}

/**
 * Fails the batch if the last push under the peer's site id is none that the peer knows.
 *
 * @param last the last one that was confirmed to the peer.
 * @param process of the peer: what this one has pushed is known to it, too.
 */
export function refuseOtherTicket(row: PeerDirection, last: string, process: string): string {
  const prefix = `${process}:`;
  return statementText`
    INSERT INTO ${GUARD_TABLE} (reason)
    SELECT 'copied' FROM ${PEER_TABLE}
    WHERE
      ${isRow(row)}
      AND ticket NOT IN ('', ${quoteText(last)})
      AND substr(ticket, 1, ${prefix.length}) <> ${quoteText(prefix)}`;
}

/** Tickets are those of one site id. */
export const forgetTickets = (): Statement => statement(`UPDATE ${PEER_TABLE} SET ticket = ''`);

/** Everything is received from the peers again. */
export const receiveAgain = (): Statement =>
  statement(`UPDATE ${PEER_TABLE} SET version = 0, position = NULL WHERE direction = 'received'`);
