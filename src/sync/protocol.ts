/**
 * The sync protocol of drizzle-crr, version 1.
 *
 * A client exchanges changes with a server over HTTP. Each is a site with its own database. The
 * server has one address:
 *
 *     POST   a request message; the answer is 200 with a response message, or an error
 *     GET    with `accept: text/event-stream`: the live stream
 *     PUT    the presence of a client: see presence-protocol.ts
 *     GET    at `<address>/snapshot/<id>/<position>`: a chunk of a snapshot: see wire/snapshot-chunk.ts
 *
 * Other methods, such as OPTIONS for CORS, are left to the application. All state is in the two
 * databases. A server keeps nothing between requests except presence, so any number of them can serve one database.
 *
 * ## Exchange
 *
 * A request pushes a chunk of the client's changes, pulls a chunk of the server's, or does both. The
 * server merges what was pushed in one transaction, and then reads what was pulled. If there is
 * nothing to exchange, a sync is one request. A large sync takes one request per chunk.
 *
 * Changes that cannot be applied yet wait, and the server keeps with them whose client brought them. They
 * are applied in a later exchange with a client of the same owner, under the rights that it has then.
 *
 *     request   siteId      the client's site id, 16 bytes
 *               schema      fingerprint of the client's CRRs. A server accepts any: changes become
 *                           pending if it does not have their table or column
 *               to          the server's site id, if the client knows it. Another server answers 409
 *               tables      names of the tables to exchange; all if absent
 *               push        changes       of the client, and of sites that it has pulled from
 *                           through       the client's cursor after them
 *               pull        cursor        where to begin
 *                           filter        the filter that came with the cursor; without one, empty for a
 *                                         client that has no rows of any server, or else `?`
 *                           skip          db_versions of the server that contain only what this client pushed
 *                           maxBytes      about how large the answer may be before compression
 *               ticket      last          that of the client's last push that an answer confirmed; empty if there was none
 *                           next          the process and the number of its pushes, of this one if it pushes. If the
 *                                         server got another one under the client's site id, the answer is 409
 *               receipt     that of the last answer that the client has merged
 *               birth       the causal length with which rows begin at the client. Default: 1
 *               probe       rows that the client has, and asks about after a refusal with CRR_SYNC_HORIZON: see below
 *                           table, pk     the row
 *               maxMessageBytes  the greatest answer that the client takes, before compression. Cells that do not
 *                           fit are left out. Default: 32 MiB
 *
 *     response  siteId      the server's site id
 *               schema      fingerprint of the server's CRRs
 *               rights      fingerprint of what the client may write; empty if it may write everything. It ends in
 *                           `+` while the pending changes of the client use up more than half of their quota
 *               dbVersion   the server's db_version
 *               receipt     opaque; names a moment in the server's history that includes all that the answer does. A
 *                           server that does not know one of its own receipts was restored from a backup
 *               birth       the causal length with which new rows begin, if it is not 1; the client's begin with no smaller one
 *               snapshot    id of the snapshot from which the client may read
 *               gone        rows of the probe that are not here, or that the client may not see
 *               pushed      stamp         the db_version of the server that contains exactly the
 *                                         pushed changes that were new; 0 if there is none
 *                           cellsWon      cells that took the pushed value
 *                           cellsIgnored  cells that kept theirs
 *                           pending       changes that cannot be applied yet
 *                           held          of these, changes whose writer's clock is ahead
 *               refused     rows that the client may not write: what it pushed for them now, or what had
 *                           waited, was left out
 *                           table, pk     the row
 *                           drop          whether the client should drop it, because it may not see it either
 *                           code          why: a CRR_CHANGE_ code
 *               rejected    rows whose changes break a constraint of the server's database. The server keeps the
 *                           changes, and tries them again when the row changes
 *                           table, pk     the row
 *               tooLarge    cells that were left out of the pull, because they do not fit in a message
 *                           table, pk     the row
 *                           cid           the column
 *               pulled      changes
 *                           hidden        rows that have changed and that the client may not see; in the
 *                                         first transfer to a client without rows, only those that have
 *                                         changed since it began
 *                           cursor        where the next pull begins
 *                           filter        fingerprint of the rows that the client may see
 *                           more          whether there is more to pull now
 *                           restarted     whether reading began at 0, because the filter has changed
 *                           ownReturn     whether the client's own changes may be among these
 *
 * A cursor is a db_version, or `{ since, after }` within a transfer. A row that is larger than a chunk travels in parts,
 * its smaller cells first; then `after` contains the part that was sent. It is stored in the same
 * transaction as the changes before it. So if one side crashes, at most one chunk is transferred
 * again. This is harmless, and so are requests that arrive twice or out of order: merging the same
 * changes again changes nothing.
 *
 * ## Deletes that were forgotten
 *
 * A compacted server has no tombstones any more of rows that were deleted up to its horizon, a db_version. Living clients have
 * had them: the cursor of each pull acknowledges the deletes before it, and compaction waits for that. A request of a client
 * that lacks some is refused with CRR_SYNC_HORIZON, `horizon` and `birth`, before anything of it is merged. The client
 * then drops what is gone, and comes back:
 *
 *   1. its rows begin with the causal length `birth` from now on, and so do those that it has not sent yet. They win over
 *      tombstones that others still have of the same keys
 *   2. it lists its other rows in requests with `probe` alone, and drops those that the answers name in `gone`. One with
 *      edits that were not sent stays, is never sent, and is reported as refused with CRR_CHANGE_FORGOTTEN
 *   3. it goes on at its cursor, which contains the horizon from then on: `after` has `horizon`. In a transfer that begins
 *      at 0, the server puts it there. If more was forgotten meanwhile, this begins again
 *
 * A client that has never read from the server has none of its rows, and may begin at 0. A push from a client whose `birth` is
 * smaller than the server's gets the same answer, and then the first step is enough.
 *
 * ## Live stream
 *
 *     event: version
 *     data: {"version":42}
 *
 * Each event contains the server's db_version. There is one when the stream opens, and one whenever
 * the db_version changes. Otherwise, a comment line every 15 s keeps the connection open. A client
 * syncs if the version is greater than the `dbVersion` of its last response.
 *
 * ## Forms
 *
 * The content-type header of a request names its form, and the accept header that of the answer.
 *
 * `application/x-drizzle-crr` is binary: see wire/envelope.ts, wire/binary-message.ts and wire/binary-changes.ts.
 * Compression is part of the form, not a content-encoding, because some platforms add or remove
 * those. `application/json` is for debugging: see wire/json-codec.ts.
 *
 * ## Limits (defaults; the server's are options of createSyncHandler)
 *
 *     body of a request                4 MiB as sent, 32 MiB decompressed        413
 *     changes in a request             20,000                                    413
 *     time for a body to arrive        30 s                                      408
 *     live streams at a time           1,000, and 50 of one owner                503
 *     answer                           about 1 MiB before compression, but at least one cell
 *     sites of one owner, and other sites that it brings changes of   1,000 each   403
 *     deletes of rows that the server never had, of one owner  100,000          `refused`
 *     pending changes of one owner     50,000, and 64 MiB                        `refused`
 *     names in a request               1,024 bytes each, 2,000 tables            400
 *     db_versions in skip              1,000                                     400
 *     rows of a probe                  1,000                                     400
 *     versions of cells and rows       2^24 above those that the server has      422
 *
 * ## Errors
 *
 * An error is a status and JSON: `{ "error": { "code", "message" } }`. A refused request changes nothing.
 *
 *     400 CRR_SYNC_MALFORMED         not a message, or one that is damaged
 *     400 CRR_SYNC_VERSION           an unknown protocol version; `versions` lists the known ones
 *     401 CRR_SYNC_UNAUTHORIZED      authentication failed
 *     403 CRR_SYNC_FORBIDDEN         something in front of the handler refused the request
 *     403 CRR_SYNC_SITE_TAKEN        the client's site id belongs to another owner
 *     403 CRR_SYNC_TOO_MANY_SITES    the owner syncs with too many sites already
 *     403 CRR_SYNC_FOREIGN_CHANGES   changes made by sites of other owners; `siteIds` lists the sites
 *                                    in hex, `siteId` is the server's
 *     403 CRR_SYNC_NO_PRESENCE       the client has no room
 *     404 CRR_SYNC_SNAPSHOT          no snapshot has this id, or the client may not read it: read with POST
 *     405 CRR_SYNC_METHOD            neither POST, GET nor PUT
 *     406, 415 CRR_SYNC_MEDIA_TYPE   an unknown form, or a GET that does not accept an event stream
 *     408 CRR_SYNC_TOO_SLOW          the body did not arrive in time
 *     409 CRR_SYNC_SAME_SITE         client and server have the same site id: one is a copy of the other
 *     409 CRR_SYNC_OTHER_SITE        `to` is not this server; `siteId` is its site id in hex
 *     409 CRR_SYNC_CURSOR_AHEAD      the cursor is ahead of the server, which was restored from a backup
 *     409 CRR_SYNC_HORIZON           the client lacks deletes that the server has forgotten; see `horizon` and `birth`
 *     409 CRR_SYNC_SITE_COPIED       another database has pushed under the client's site id; `ticket` is its ticket
 *     413 CRR_SYNC_TOO_LARGE         more bytes or changes than the limit
 *     422 CRR_SYNC_REFUSED_CHANGE    a change that no database can have made; `cause` is a CRR_CHANGE_ code
 *     422 CRR_SYNC_VERSION_JUMP      changes whose versions are too far ahead; `rows` lists their rows
 *     500 CRR_SYNC_SERVER            the handler or its database failed
 *     429 CRR_SYNC_BUSY              presence is sent too often; the retry-after header is set
 *     503 CRR_SYNC_BUSY              too many live streams or present clients, or too many writers at a time; the
 *                                    retry-after header is set
 *     503 CRR_SYNC_OUTDATED          the handler's process has the schema from before a migration
 *
 * ## Versions of the protocol
 *
 * The version is raised whenever an old reader could misread a message. Each side refuses versions
 * that it does not know. test/sync/wire/wire-form.test.ts pins the bytes of version 1.
 */

import type { Change } from '../model/change.js';
import { MAX_JUMP } from './column-types.js';
import type { Cursor, HiddenRow } from './site.js';

export const PROTOCOL_VERSION = 1;
/** The filter of a client that reads from 0 and has rows already, so that it must learn which are hidden. */
export const HAS_ROWS = '?';
export const EVENT_STREAM_TYPE = 'text/event-stream';
/** Defaults of the limits above. */
export const LIMITS = {
  maxBodyBytes: 4 * 2 ** 20,
  maxMessageBytes: 32 * 2 ** 20,
  maxChanges: 20_000,
  bodyTimeoutMs: 30_000,
  maxStreams: 1_000,
  maxStreamsPerOwner: 50,
  maxPresence: 1_000,
  maxPresencePerOwner: 50,
  maxSitesPerOwner: 1_000,
  maxTombstonesPerOwner: 100_000,
  maxPendingPerOwner: 50_000,
  maxPendingBytesPerOwner: 64 * 2 ** 20,
  chunkBytes: 2 ** 20,
  maxVersionJump: MAX_JUMP,
} as const;

/*
 * Limits of the parts of a request other than its changes, which a server keeps or works through. No honest
 * client gets near them: a client leaves out the oldest of its skips.
 */
/** Bytes of a table's name, or of a fingerprint. */
export const MAX_NAME_BYTES = 1_024;
/** Bytes of the mark of a part of a row. */
export const MAX_MARK_BYTES = 16;
/** Bytes of a ticket. */
export const MAX_TICKET_BYTES = 32;
/** Names in `tables`. */
export const MAX_TABLES = 2_000;
/** Rows in `probe`. */
export const MAX_PROBE = 1_000;
/** db_versions in `skip`. */
export const MAX_SKIP = 1_000;

export interface SyncRequest {
  readonly siteId: Uint8Array;
  readonly schema: string;
  readonly to?: Uint8Array | undefined;
  readonly tables?: readonly string[] | undefined;
  readonly push?: Push | undefined;
  readonly pull?: Pull | undefined;
  readonly receipt?: string | undefined;
  readonly ticket?: Ticket | undefined;
  readonly birth?: number | undefined;
  readonly probe?: readonly HiddenRow[] | undefined;
  readonly maxMessageBytes?: number | undefined;
}

export interface Ticket {
  readonly last: string;
  readonly next: string;
}

export interface Push {
  readonly changes: readonly Change[];
  readonly through: number | Cursor;
}

export interface Pull {
  readonly cursor: number | Cursor;
  readonly filter: string;
  readonly skip: readonly number[];
  readonly maxBytes: number;
}

export interface SyncResponse {
  readonly siteId: Uint8Array;
  readonly schema: string;
  readonly rights: string;
  readonly dbVersion: number;
  readonly receipt?: string | undefined;
  readonly birth?: number | undefined;
  readonly snapshot?: string | undefined;
  readonly gone?: readonly HiddenRow[] | undefined;
  readonly refused?: readonly RefusedRow[] | undefined;
  readonly rejected?: readonly HiddenRow[] | undefined;
  readonly tooLarge?: readonly CellId[] | undefined;
  readonly pushed?: Pushed | undefined;
  readonly pulled?: Pulled | undefined;
}

export interface Pushed {
  readonly stamp: number;
  readonly cellsWon: number;
  readonly cellsIgnored: number;
  readonly pending: number;
  readonly held: number;
}

export interface RefusedRow {
  readonly table: string;
  /** The packed key. */
  readonly pk: Uint8Array;
  readonly drop: boolean;
  readonly code: string;
}

/** A cell, whichever site has written it. */
export interface CellId {
  readonly table: string;
  /** The packed key; empty if it is too large itself. */
  readonly pk: Uint8Array;
  readonly cid: string;
}

export interface Pulled {
  readonly changes: readonly Change[];
  readonly hidden: readonly HiddenRow[];
  readonly cursor: number | Cursor;
  readonly filter: string;
  readonly more: boolean;
  readonly restarted: boolean;
  readonly ownReturn: boolean;
}
