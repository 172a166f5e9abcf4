import { PEER_TABLE, PENDING_TABLE, STATE_TABLE } from '../../sql/names.js';
import { quoteBlob, quoteText } from '../../sql/quote.js';

/*
 * crr_peer: how far this database is with each site that it exchanges changes with, as in
 * cr-sqlite's crsql_tracked_peers. One row per peer, tag and direction.
 */

/** Direction of a row: what was received from the peer, or what was sent to it. */
export const PEER_EVENTS = { received: 0, sent: 1 } as const;
export type PeerEvent = keyof typeof PEER_EVENTS;

export function peerTableStatement(): string {
  // tag: which part of the database is exchanged, '' = all of it.
  // version: everything up to this db_version went over; the peer's for received, this one's for sent.
  // position: while a transfer is under way, the row after which it goes on (JSON). cr-sqlite keeps
  // a seq here, but pages are cut between rows, not between seqs.
  // skip: db_versions above `version` that the other side made of our own changes: ',7,9,' or ''.
  // filter: what the peer lets this database see. url: where it was reached. owner: who it said it was.
  // mixed: changes waited before the running apply, so its db_version may hold more than the peer's.
  return `CREATE TABLE IF NOT EXISTS ${PEER_TABLE} (
  site_id BLOB NOT NULL,
  tag TEXT NOT NULL,
  event INTEGER NOT NULL,
  version INTEGER NOT NULL,
  position TEXT,
  skip TEXT NOT NULL DEFAULT ',',
  filter TEXT NOT NULL DEFAULT '',
  url TEXT NOT NULL DEFAULT '',
  owner TEXT,
  mixed INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (site_id, tag, event)
) STRICT`;
}

/** One row of crr_peer as it shall be. */
export interface PeerRow {
  readonly siteId: Uint8Array;
  readonly tag: string;
  readonly event: PeerEvent;
  readonly version: number;
  readonly position: string | null;
  readonly skip: readonly number[];
  readonly filter: string;
  readonly url: string;
  readonly owner: string | null;
}

const skipText = (versions: readonly number[]) => `,${versions.map((v) => `${v},`).join('')}`;
export const parseSkip = (text: string): number[] => text.split(',').filter(Boolean).map(Number);

/** Sets a row, whatever was there. */
export function setPeerSql(row: PeerRow): string {
  const values = [
    quoteBlob(row.siteId),
    quoteText(row.tag),
    PEER_EVENTS[row.event],
    row.version,
    row.position === null ? 'NULL' : quoteText(row.position),
    quoteText(skipText(row.skip)),
    quoteText(row.filter),
    quoteText(row.url),
    row.owner === null ? 'NULL' : quoteText(row.owner),
  ];
  const updated = ['version', 'position', 'skip', 'filter', 'url', 'owner'];
  return `INSERT INTO ${PEER_TABLE} (site_id, tag, event, version, position, skip, filter, url, owner) VALUES (${values.join(', ')}) ON CONFLICT (site_id, tag, event) DO UPDATE SET ${updated
    .map((name) => `${name} = excluded.${name}`)
    .join(', ')}`;
}

/** Sets a row only where it moves on: a body that is replayed or comes late turns nothing back. */
export function advancePeerSql(row: PeerRow): string {
  return `${setPeerSql(row)} WHERE excluded.version >= ${PEER_TABLE}.version`;
}

/**
 * Before an apply: remembers whether changes wait. What an apply drains from the pending table is
 * stamped like the batch but did not come from the peer.
 */
export function beginPeerSql(row: PeerRow): string {
  return `UPDATE ${PEER_TABLE} SET mixed = EXISTS (SELECT 1 FROM ${PENDING_TABLE}) WHERE ${isRow(row)}`;
}

/**
 * After an apply: what it stamped came from the peer, so the peer lacks nothing of it. Where all
 * before was sent, `version` steps over the new db_version; else it is listed in `skip`.
 */
export function endPeerSql(row: PeerRow): string {
  const news = `s.db_version > s.prior AND mixed = 0`;
  const all = `${news} AND position IS NULL AND version >= s.prior`;
  return `UPDATE ${PEER_TABLE} SET version = CASE WHEN ${all} THEN s.db_version ELSE version END, skip = CASE WHEN ${all} THEN ',' WHEN ${news} THEN skip || s.db_version || ',' ELSE skip END, mixed = 0 FROM ${STATE_TABLE} AS s WHERE ${isRow(row)}`;
}

const isRow = ({ siteId, tag, event }: PeerRow) =>
  `site_id = ${quoteBlob(siteId)} AND tag = ${quoteText(tag)} AND event = ${PEER_EVENTS[event]}`;

export function selectPeersSql(siteIds: readonly Uint8Array[] | undefined): string {
  const where = siteIds === undefined ? '' : ` WHERE site_id IN (${siteIds.map(quoteBlob)})`;
  return `SELECT site_id, tag, event, version, position, skip, filter, url, owner FROM ${PEER_TABLE}${where} ORDER BY site_id, tag, event`;
}

/** What the last apply of this transaction stamped: (db_version before, after). */
export const SELECT_STAMP_SQL = `SELECT prior, db_version FROM ${STATE_TABLE}`;
export const SELECT_WAITING_SQL = `SELECT EXISTS (SELECT 1 FROM ${PENDING_TABLE})`;
