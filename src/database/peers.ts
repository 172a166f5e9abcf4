import type { CrrSchema } from '../model/schema.js';
import { bytesToHex } from '../model/value.js';
import { bytesOf, type DriverRow } from '../sql/driver-value.js';
import { type Statement, statement } from '../sql/statement.js';
import { refuseForgotten } from '../tables/milestone/forgotten.js';
import { raiseKnownVersion } from '../tables/milestone/table.js';
import {
  advancePeerStatements,
  type Direction,
  endPeerStatement,
  type PeerRow,
  type PeerSelection,
  parseSkip,
  refuseOtherTicket,
  selectPeersStatement,
  setPeerStatements,
  setTicket,
} from '../tables/peer/table.js';
import { selectRefused } from '../tables/refused/table.js';
import { partsOf } from '../tables/ticket/table.js';
import { birthStatements } from './birth.js';
import { type Cursor, sentVersion, sinceOf } from './change-stream.js';
import type { Connection } from './connection.js';
import type { PeerRefusal, RefusalUpdate } from './refused.js';
import { run } from './run.js';

/** How far one direction of an exchange is. */
export interface PeerProgress {
  /** Everything up to here was transferred: a db_version of the sending side, or a position within a transfer. */
  readonly cursor: number | Cursor;
  /** db_versions above the cursor that need not be sent: they hold only changes of the receiving side. */
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
  /** Fingerprint of the rows that the peer lets this database see. */
  readonly filter: string;
  /** The address at which the peer was last reached; `''` if the peer connects to this database. */
  readonly url: string;
  /** The owner that `authorize` returned for the peer, if this database serves. */
  readonly owner: string | null;
  /** What the peer gave as evidence of the moment in its history that this database knows; `''` if nothing. */
  readonly receipt: string;
  /** The last push, by its ticket: to the peer, or from it if this database serves. `''` if there was none. */
  readonly ticket: string;
  /** The day of the last exchange that was noted, counted from 1970. */
  readonly seen: number;
  /** Rows of this database that the peer refuses to take. */
  readonly refused?: readonly PeerRefusal[];
}

/** What an apply notes of the peer that the changes came from, in the same transaction. */
export interface PeerUpdate
  extends Omit<
    Peer,
    'siteId' | 'tag' | 'filter' | 'url' | 'owner' | 'receipt' | 'ticket' | 'seen' | 'refused'
  > {
  readonly siteId: Uint8Array;
  readonly tag?: string;
  readonly filter?: string;
  readonly url?: string;
  readonly receipt?: string;
  readonly ticket?: string;
  /** Refuse the merge if the last push is neither this one, nor one of the same process as `ticket`. */
  readonly lastTicket?: string;
  readonly owner?: string | null;
  /** Refuse the merge if tombstones beyond this horizon were forgotten here, or rows begin with a greater causal length. */
  readonly knows?: { readonly horizon: number; readonly birth: number } | undefined;
  /** The causal length of new rows at the peer: those of this database must not begin with a smaller one. */
  readonly birth?: number | undefined;
  /** Rows that the peer refuses, or has taken. */
  readonly refused?: RefusalUpdate;
  /** Keep what stands there where it is further on: for a server, which may meet a replayed body. */
  readonly onlyForward?: boolean;
}

export async function readPeers(connection: Connection, which?: PeerSelection): Promise<Peer[]> {
  const peers = new Map<string, MutablePeer>();
  const read = (rows: readonly DriverRow[]) => {
    for (const row of rows) readPeer(row, peers);
  };
  const refused = new Map<string, PeerRefusal[]>();
  const readRefused = (rows: readonly DriverRow[]) => {
    for (const { 0: site, 1: tag, 2: table, 3: pk, 4: code, 5: rights } of rows) {
      const id = `${bytesToHex(bytesOf(site!))} ${String(tag)}`;
      const found = refused.get(id) ?? [];
      refused.set(id, found);
      found.push({
        table: String(table),
        pk: bytesOf(pk!),
        code: String(code),
        rights: String(rights),
      });
    }
  };
  await run(
    connection,
    [
      { ...statement(selectPeersStatement(which)), read },
      { ...statement(selectRefused(which)), read: readRefused },
    ],
    'read',
  );
  for (const [id, rows] of refused) {
    const peer = peers.get(id);
    if (peer !== undefined) peer.refused = rows;
  }
  return [...peers.values()];
}

type MutablePeer = { -readonly [K in keyof Peer]: Peer[K] };

const NOBODY = { filter: '', url: '', owner: null, receipt: '', ticket: '', seen: 0 };

/** Adds one direction of a peer. */
function readPeer(row: DriverRow, peers: Map<string, MutablePeer>): void {
  const { 0: site, 1: tag, 2: direction, 3: version, 4: position, 5: skip } = row;
  const { 6: filter, 7: url, 8: owner, 9: receipt, 10: seen, 11: ticket } = row;
  const siteId = bytesOf(site!);
  const id = `${bytesToHex(siteId)} ${String(tag)}`;
  const peer = peers.get(id) ?? { ...NOBODY, siteId, tag: String(tag) };
  peers.set(id, peer);
  const since = Number(version);
  const cursor = position === null ? since : { since, after: JSON.parse(String(position)) };
  peer[String(direction) as Direction] = { cursor, skip: parseSkip(String(skip)) };
  if (direction === 'received') {
    peer.filter = String(filter);
    peer.receipt = String(receipt);
  }
  peer.url ||= String(url);
  peer.ticket ||= String(ticket);
  peer.seen = Math.max(peer.seen, Number(seen));
  peer.owner ??= owner === null ? null : String(owner);
}

/** The statements around an apply that record the peer's progress. */
export function peerStatements(
  update: PeerUpdate,
  schema: CrrSchema,
): {
  readonly before: readonly Statement[];
  readonly after: readonly Statement[];
} {
  const sent = peerRows(update).find(({ direction }) => direction === 'sent');
  return {
    before: [...guards(update), ...noteStatements(update, schema)],
    after: sent === undefined ? [] : [statement(endPeerStatement(sent))],
  };
}

/** The statements that record progress, and what the peer has forgotten. */
export const noteStatements = (update: PeerUpdate, schema: CrrSchema): Statement[] => [
  ...progressStatements(update),
  ...birthStatements(update, schema),
];

/** Those of progress alone. */
export function progressStatements(update: PeerUpdate): Statement[] {
  const write = update.onlyForward ? advancePeerStatements : setPeerStatements;
  const { siteId, tag = '', ticket, onlyForward, sent } = update;
  const row = { siteId, tag, direction: onlyForward ? 'received' : 'sent' } as const;
  return [
    ...peerRows(update).flatMap((row) => write(row)),
    ...(ticket === undefined ? [] : [setTicket(row, ticket)]),
    ...(sent && !onlyForward ? [raiseKnownVersion(sentVersion(sent.cursor))] : []),
  ].map((sql) => statement(sql));
}

function guards(update: PeerUpdate): Statement[] {
  const { siteId, tag = '', ticket, lastTicket, knows } = update;
  const forgotten = knows === undefined ? [] : [statement(refuseForgotten(knows))];
  if (ticket === undefined || lastTicket === undefined) return forgotten;
  const row = { siteId, tag, direction: 'received' } as const;
  return [...forgotten, statement(refuseOtherTicket(row, lastTicket, partsOf(ticket).process))];
}

function peerRows(update: PeerUpdate): PeerRow[] {
  const { siteId, tag = '', filter = '', url = '', owner = null, receipt = '' } = update;
  return (['received', 'sent'] as const).flatMap((direction) => {
    const progress = update[direction];
    if (progress === undefined) return [];
    const { cursor } = progress;
    const version = sinceOf(cursor);
    const position = typeof cursor === 'number' ? null : JSON.stringify(cursor.after);
    const skip = progress.skip.filter((dbVersion) => dbVersion > version);
    return [{ siteId, tag, direction, version, position, skip, filter, url, owner, receipt }];
  });
}
