import { bytesToHex } from '../model/value.js';
import { type Statement, statement } from '../sql/statement.js';
import {
  advancePeerSql,
  beginPeerSql,
  endPeerSql,
  type PeerRow,
  parseSkip,
  SELECT_STAMP_SQL,
  SELECT_WAITING_SQL,
  selectPeersSql,
  setPeerSql,
} from '../tables/peer/peers.js';
import type { Cursor } from './change-stream.js';
import type { Connection } from './connection.js';

/** How far one direction of an exchange is. */
export interface PeerProgress {
  /** Everything up to here went over: a db_version of the sending side, or a place within a transfer. */
  readonly cursor: number | Cursor;
  /** db_versions above the cursor that need not go over: the receiving side's own changes, returned. */
  readonly skip: readonly number[];
}

/** A site that this database exchanges changes with. */
export interface Peer {
  readonly siteId: Uint8Array;
  /** Which part of the database is exchanged with it; `''` is all of it. */
  readonly tag: string;
  /** Changes of the peer that are here; its cursor counts the peer's db_versions. */
  readonly received?: PeerProgress;
  /** Changes of this database that the peer has; the cursor counts this database's db_versions. */
  readonly sent?: PeerProgress;
  /** Fingerprint of what the peer lets this database see. */
  readonly filter: string;
  /** Where the peer was reached last; `''` where it came to us. */
  readonly url: string;
  /** Who the peer said it was, where this database serves. */
  readonly owner: string | null;
}

/** What an apply notes of the peer that the changes came from, in the same transaction. */
export interface PeerUpdate extends Omit<Peer, 'siteId' | 'tag' | 'filter' | 'url' | 'owner'> {
  readonly siteId: Uint8Array;
  readonly tag?: string;
  readonly filter?: string;
  readonly url?: string;
  readonly owner?: string | null;
  /** Keep what stands there where it is further on: for a server, which may meet a replayed body. */
  readonly onlyForward?: boolean;
}

export async function readPeers(
  connection: Connection,
  siteIds?: readonly Uint8Array[],
): Promise<Peer[]> {
  const [rows] = await connection.batch([statement(selectPeersSql(siteIds))], 'read');
  const peers = new Map<string, { -readonly [K in keyof Peer]: Peer[K] }>();
  for (const row of rows!) {
    const siteId = row[0] instanceof ArrayBuffer ? new Uint8Array(row[0]) : (row[0] as Uint8Array);
    const tag = String(row[1]);
    const id = `${bytesToHex(siteId)} ${tag}`;
    const peer = peers.get(id) ?? { siteId, tag, filter: '', url: '', owner: null };
    peers.set(id, peer);
    const since = Number(row[3]);
    const cursor = row[4] === null ? since : { since, after: JSON.parse(String(row[4])) };
    const progress = { cursor, skip: parseSkip(String(row[5])) };
    if (Number(row[2]) === 0) {
      peer.received = progress;
      peer.filter = String(row[6]);
    } else peer.sent = progress;
    peer.url ||= String(row[7]);
    peer.owner ??= row[8] === null ? null : String(row[8]);
  }
  return [...peers.values()];
}

/** The statements around an apply that note what it means for the peer. */
export function peerStatements(update: PeerUpdate): {
  readonly before: readonly Statement[];
  readonly after: readonly Statement[];
} {
  const rows = peerRows(update);
  const sent = rows.find(({ event }) => event === 'sent');
  const write = update.onlyForward ? advancePeerSql : setPeerSql;
  return {
    before: [
      ...rows.map((row) => statement(write(row))),
      ...(sent === undefined ? [] : [statement(beginPeerSql(sent))]),
    ],
    after: sent === undefined ? [] : [statement(endPeerSql(sent))],
  };
}

/** The statements that note progress where nothing was applied. */
export function progressStatements(update: PeerUpdate): Statement[] {
  const write = update.onlyForward ? advancePeerSql : setPeerSql;
  return peerRows(update).map((row) => statement(write(row)));
}

/** Whether anything waits, before an apply; what it stamped, after. */
export const stampStatements = {
  before: statement(SELECT_WAITING_SQL),
  after: statement(SELECT_STAMP_SQL),
};

function peerRows(update: PeerUpdate): PeerRow[] {
  const { siteId, tag = '', filter = '', url = '', owner = null } = update;
  return (['received', 'sent'] as const).flatMap((event) => {
    const progress = update[event];
    if (progress === undefined) return [];
    const { cursor } = progress;
    const version = typeof cursor === 'number' ? cursor : cursor.since;
    const position = typeof cursor === 'number' ? null : JSON.stringify(cursor.after);
    const skip = progress.skip.filter((dbVersion) => dbVersion > version);
    return [{ siteId, tag, event, version, position, skip, filter, url, owner }];
  });
}
