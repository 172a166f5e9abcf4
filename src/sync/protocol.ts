/**
 * The sync protocol of drizzle-crr, version 1.
 *
 * One HTTP address, three uses. All state is in the two databases; a server keeps none between
 * requests, so any number of handlers may stand before one database.
 *
 *     POST  a request message; answered 200 with a response message
 *     GET   with `accept: text/event-stream`: a live stream that tells "there is something new"
 *     OPTIONS and the like are the application's (CORS)
 *
 * ## Exchange
 *
 * A client sends one request at a time. Each may push a chunk of its own changes and pull a chunk of
 * the server's; the server merges the pushed ones first, in one transaction, and answers with
 * what comes next. An idle sync is one request. A large one is as many requests as it has chunks.
 *
 *     request   site        the client's site id, 16 bytes
 *               schema      fingerprint of its CRRs; it informs, it refuses nothing: what a side
 *                           does not know yet waits in its pending table
 *               to          the server's site id, if known: another one answers 409
 *               tables      names of the tables to exchange; absent = all
 *               push        changes, and `through`: the client's cursor after them
 *               pull        `cursor` to read on from, `filter` that came with it, `skip`: db_versions
 *                           of the server that hold only what this client brought, and `maxBytes`
 *     response  site        the server's site id
 *               schema      fingerprint of its CRRs
 *               version     its db_version
 *               pushed      `stamp`: the db_version that holds exactly what was pushed, 0 = none;
 *                           counts of cells won, cells ignored and changes that wait
 *               pulled      changes; `hidden`: rows that the client may not see, or no longer; the
 *                           `cursor` after them; `filter`: fingerprint of what it may see; `more`;
 *                           `restarted`: the filter is another one, so reading began anew;
 *                           `ownReturn`: what the client made itself may be among the changes
 *
 * A cursor is plain data: a db_version, or within a transfer `{ since, after }`. The client stores
 * it in the transaction that merges the changes, so a crash at any point repeats at most one chunk,
 * and merging a chunk twice changes nothing. Bodies that are replayed or reordered are therefore
 * harmless: a merge depends on neither.
 *
 * ## Live stream
 *
 *     event: version
 *     data: {"version":42}
 *
 * at once, and again when the server's db_version rises; a comment line every 15 s keeps the
 * connection. A client compares it with the `version` of its last response and syncs if it is greater.
 *
 * ## Binary form: `application/x-drizzle-crr`
 *
 *     43 52 52        "CRR"
 *     01              protocol version
 *     00 | 01         the rest as it is, or as one gzip stream
 *     ...             the message: see message-binary.ts, and change-block.ts for its changes
 *
 * The compression is inside the message, not a content-encoding: some platforms add or undo those
 * on their own. `application/json` is the same message for debugging: see message-json.ts. The
 * request's content-type says what it is, its accept header what the answer shall be.
 *
 * ## Limits (defaults; the server's are options of createSyncHandler)
 *
 *     body of a request                4 MiB as sent, 32 MiB when decompressed    413
 *     changes in a request             20,000                                    413
 *     time for a body to arrive        30 s                                      408
 *     live streams at once             1,000                                     503
 *     answer                           about 1 MiB before compression: at least one row
 *     version jump                     2^32 above the receiver's db_version      422
 *
 * ## Errors
 *
 * A status and `{ "error": { "code", "message" } }` as JSON. Nothing of a refused request was applied.
 *
 *     400 CRR_SYNC_MALFORMED         no message, cut short, or bytes follow its end
 *     400 CRR_SYNC_VERSION           another version of the protocol; `versions` lists what is spoken
 *     401 CRR_SYNC_UNAUTHORIZED      authorize() said no
 *     403 CRR_SYNC_FORBIDDEN         a table, column or row that may not be written; `rows` names those
 *                                    that are there: `table`, `pk` (hex), `drop` (nor may they be seen)
 *     403 CRR_SYNC_SITE_TAKEN        the client's site id belongs to somebody else
 *     403 CRR_SYNC_FOREIGN_CHANGES   changes that somebody else's site made; `sites` names them
 *     405 CRR_SYNC_METHOD            neither POST nor GET
 *     406, 415 CRR_SYNC_MEDIA_TYPE   neither binary nor JSON, or a GET that wants no event stream
 *     408 CRR_SYNC_TOO_SLOW          the body did not arrive in time
 *     409 CRR_SYNC_SAME_SITE         the client has the server's site id: one is a copy of the other
 *     409 CRR_SYNC_OTHER_SITE        `to` is not this server; `site` is
 *     409 CRR_SYNC_CURSOR_AHEAD      the cursor is newer than the server: it was restored from a backup
 *     413 CRR_SYNC_TOO_LARGE         more bytes or changes than the limit
 *     422 CRR_SYNC_REFUSED_CHANGE    a change that no database could have made; `cause` is its CRR_CHANGE_ code
 *     422 CRR_SYNC_VERSION_JUMP      a version far beyond what either side can have reached
 *     500 CRR_SYNC_SERVER            the handler or its database failed
 *     503 CRR_SYNC_BUSY              too many live streams, or writers in each other's way; Retry-After
 *                                    says when to come again
 *
 * ## Versions
 *
 * The version byte is raised when an old reader could misread a message. A side refuses every
 * version that it does not know, with the list of those it knows. test/sync/wire-form.test.ts
 * pins the bytes of version 1.
 */

import { typeOf } from '../columns/registry.js';
import type { Cursor } from '../database/change-stream.js';
import type { HiddenRow } from '../feed/page.js';
import type { Change } from '../model/change.js';
import type { CrrSchema } from '../model/schema.js';
import { replicatedColumns } from '../model/table-spec.js';

export const PROTOCOL_VERSION = 1;
export const BINARY_TYPE = 'application/x-drizzle-crr';
export const JSON_TYPE = 'application/json';
export const EVENT_STREAM_TYPE = 'text/event-stream';

/** Defaults of the limits above. */
export const LIMITS = {
  maxBodyBytes: 4 * 2 ** 20,
  maxMessageBytes: 32 * 2 ** 20,
  maxChanges: 20_000,
  bodyTimeoutMs: 30_000,
  maxStreams: 1_000,
  chunkBytes: 2 ** 20,
  maxVersionJump: 2 ** 32,
} as const;

export interface SyncRequest {
  readonly site: Uint8Array;
  readonly schema: string;
  readonly to?: Uint8Array | undefined;
  readonly tables?: readonly string[] | undefined;
  readonly push?: Push | undefined;
  readonly pull?: Pull | undefined;
}

export interface Push {
  readonly changes: readonly Change[];
  /** The client's cursor after these changes. */
  readonly through: number | Cursor;
}

export interface Pull {
  readonly cursor: number | Cursor;
  readonly filter: string;
  readonly skip: readonly number[];
  /** About how large the answer may be before compression. */
  readonly maxBytes: number;
}

export interface SyncResponse {
  readonly site: Uint8Array;
  readonly schema: string;
  readonly version: number;
  readonly pushed?: Pushed | undefined;
  readonly pulled?: Pulled | undefined;
}

export interface Pushed {
  readonly stamp: number;
  readonly cellsWon: number;
  readonly cellsIgnored: number;
  readonly pending: number;
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

/** Fingerprint of a text: 16 hex digits (FNV-1a, 64 bits). It tells texts apart, and hides nothing. */
export function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}

/** Fingerprint of a schema's CRRs: names of tables, key columns and columns, in any order. */
export function schemaFingerprint(schema: CrrSchema): string {
  const tables = [...schema.tables.values()].map((spec) => ({
    table: spec.name,
    key: spec.key.map(({ name }) => name),
    rows: spec.rows,
    columns: replicatedColumns(spec)
      .map((column) => [column.name, typeOf(column).fingerprint])
      .sort(),
  }));
  tables.sort((a, b) => (a.table < b.table ? -1 : 1));
  return fingerprint(JSON.stringify(tables));
}
