import type { Cursor } from '../../database/change-stream.js';
import { CrrSyncError } from '../../errors.js';
import { SITE_ID_BYTES } from '../../model/change.js';
import { LIMITS, type SyncRequest, type SyncResponse } from '../protocol.js';
import { ByteReader, ByteWriter, malformed } from './bytes.js';
import { readChanges, readHidden, writeChanges, writeHidden } from './change-block.js';

/*
 * Messages in binary, in the order of their fields in protocol.ts:
 *
 *     request   51 ("Q")  parts  site  schema  [to]  [count, tables]  [changes, cursor]
 *               [cursor, filter, count and differences of skip, maxBytes]
 *     response  52 ("R")  parts  site  schema  version  [stamp, won, ignored, pending]
 *               [changes, hidden, cursor, filter, 1 = more | 2 = restarted |
 *               4 = ownReturn]
 *
 * parts: one bit per optional part, in order from the lowest. A cursor: 0 and a db_version; or 1, since, the
 * db_version of `after`; or 2, the same, and the table and clock rowid (zigzag) of its row.
 */
const REQUEST = 0x51;
const RESPONSE = 0x52;

export function encodeRequest(request: SyncRequest): Uint8Array<ArrayBuffer> {
  const { to, tables, push, pull } = request;
  const out = new ByteWriter();
  out.byte(REQUEST);
  out.byte(parts(to, tables, push, pull));
  out.raw(request.site);
  out.text(request.schema);
  if (to) out.raw(to);
  if (tables) {
    out.varint(tables.length);
    for (const table of tables) out.text(table);
  }
  if (push) {
    writeChanges(out, push.changes);
    writeCursor(out, push.through);
  }
  if (pull) {
    writeCursor(out, pull.cursor);
    out.text(pull.filter);
    out.varint(pull.skip.length);
    let previous = 0;
    for (const version of [...pull.skip].sort((a, b) => a - b)) {
      out.varint(version - previous);
      previous = version;
    }
    out.varint(pull.maxBytes);
  }
  return out.finish();
}

export function decodeRequest(
  bytes: Uint8Array,
  maxChanges: number = LIMITS.maxChanges,
): SyncRequest {
  const input = new ByteReader(bytes);
  if (input.byte() !== REQUEST) throw malformed('it is not a request');
  const has = readParts(input, 4);
  const site = input.raw(SITE_ID_BYTES);
  const schema = input.text();
  const to = has[0] ? input.raw(SITE_ID_BYTES) : undefined;
  const tables = has[1] ? Array.from({ length: input.count() }, () => input.text()) : undefined;
  const push = has[2]
    ? {
        changes: readChanges(input, maxChanges, () => tooManyChanges(maxChanges)),
        through: readCursor(input),
      }
    : undefined;
  const pull = has[3]
    ? {
        cursor: readCursor(input),
        filter: input.text(),
        skip: readSkip(input),
        maxBytes: input.varint(),
      }
    : undefined;
  input.end();
  return { site, schema, to, tables, push, pull };
}

export function encodeResponse(response: SyncResponse): Uint8Array<ArrayBuffer> {
  const { pushed, pulled } = response;
  const out = new ByteWriter();
  out.byte(RESPONSE);
  out.byte(parts(pushed, pulled));
  out.raw(response.site);
  out.text(response.schema);
  out.varint(response.version);
  if (pushed) {
    out.varint(pushed.stamp);
    out.varint(pushed.cellsWon);
    out.varint(pushed.cellsIgnored);
    out.varint(pushed.pending);
  }
  if (pulled) {
    writeChanges(out, pulled.changes);
    writeHidden(out, pulled.hidden);
    writeCursor(out, pulled.cursor);
    out.text(pulled.filter);
    out.byte((pulled.more ? 1 : 0) | (pulled.restarted ? 2 : 0) | (pulled.ownReturn ? 4 : 0));
  }
  return out.finish();
}

export function decodeResponse(bytes: Uint8Array): SyncResponse {
  const input = new ByteReader(bytes);
  if (input.byte() !== RESPONSE) throw malformed('it is not a response');
  const has = readParts(input, 2);
  const site = input.raw(SITE_ID_BYTES);
  const schema = input.text();
  const version = input.varint();
  const pushed = has[0]
    ? {
        stamp: input.varint(),
        cellsWon: input.varint(),
        cellsIgnored: input.varint(),
        pending: input.varint(),
      }
    : undefined;
  let pulled: SyncResponse['pulled'];
  if (has[1]) {
    const changes = readChanges(input, Number.POSITIVE_INFINITY, () => malformed('unreachable'));
    const hidden = readHidden(input);
    const cursor = readCursor(input);
    const filter = input.text();
    const flags = input.byte();
    if (flags > 7) throw malformed('an unknown flag');
    pulled = {
      changes,
      hidden,
      cursor,
      filter,
      more: (flags & 1) === 1,
      restarted: (flags & 2) === 2,
      ownReturn: (flags & 4) === 4,
    };
  }
  input.end();
  return { site, schema, version, pushed, pulled };
}

export function tooManyChanges(limit: number): CrrSyncError {
  return new CrrSyncError(
    'CRR_SYNC_TOO_LARGE',
    `more than ${limit} changes in one request: send them in several`,
    413,
  );
}

const parts = (...values: readonly unknown[]) =>
  values.reduce<number>((bits, value, i) => bits | (value === undefined ? 0 : 1 << i), 0);

function readParts(input: ByteReader, count: number): boolean[] {
  const bits = input.byte();
  if (bits >= 1 << count) throw malformed('an unknown part');
  return Array.from({ length: count }, (_, i) => (bits & (1 << i)) !== 0);
}

function readSkip(input: ByteReader): number[] {
  let version = 0;
  return Array.from({ length: input.count() }, () => {
    version += input.varint();
    if (!Number.isSafeInteger(version)) throw malformed('a number beyond 2^53 - 1');
    return version;
  });
}

function writeCursor(out: ByteWriter, cursor: number | Cursor): void {
  if (typeof cursor === 'number') {
    out.byte(0);
    out.varint(cursor);
    return;
  }
  const { row } = cursor.after;
  out.byte(row === undefined ? 1 : 2);
  out.varint(cursor.since);
  out.varint(cursor.after.db_version);
  if (row !== undefined) {
    out.text(row.table);
    out.zigzag(BigInt(row.key));
  }
}

function readCursor(input: ByteReader): number | Cursor {
  const kind = input.byte();
  if (kind > 2) throw malformed('an unknown kind of cursor');
  const since = input.varint();
  if (kind === 0) return since;
  const after = { db_version: input.varint() };
  if (kind === 1) return { since, after };
  return { since, after: { ...after, row: { table: input.text(), key: String(input.zigzag()) } } };
}
