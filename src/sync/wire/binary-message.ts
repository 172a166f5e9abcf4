import { SITE_ID_BYTES } from '../../model/change.js';
import {
  type CellId,
  MAX_NAME_BYTES,
  MAX_PROBE,
  MAX_SKIP,
  MAX_TABLES,
  MAX_TICKET_BYTES,
  type Pull,
  type Pulled,
  type Push,
  type Pushed,
  type RefusedRow,
  type SyncRequest,
  type SyncResponse,
  type Ticket,
} from '../protocol.js';
import type { HiddenRow } from '../site.js';
import { hiddenRows, readChanges, writeChanges } from './binary-changes.js';
import { cursorForm } from './binary-cursor.js';
import { ByteReader, ByteWriter, type Form } from './bytes.js';
import { malformed } from './message-errors.js';

/*
 * Binary messages, with the fields in the order of protocol.ts:
 *
 *     request   51 ("Q")  parts  siteId  schema  [to]  [tables]  [push]  [pull]  [maxMessageBytes]
 *                            [receipt]  [ticket]  [birth]  [probe]
 *     response  52 ("R")  parts  siteId  schema  rights  dbVersion  [pushed]  [pulled]  [refused]  [rejected]
 *                            [tooLarge]  [receipt]  [birth]  [gone]  [snapshot]
 *
 * `parts` is a varint with one bit for each optional part, the lowest bit for the first part. Site ids
 * are 16 bytes, texts and lists begin with their length, and integers are varints.
 */
const REQUEST = 0x51;
const RESPONSE = 0x52;

export function encodeRequest(request: SyncRequest): Uint8Array<ArrayBuffer> {
  const { siteId, schema, to, tables, push, pull, maxMessageBytes, receipt, ticket } = request;
  const { birth, probe } = request;
  const out = new ByteWriter();
  out.byte(REQUEST);
  writeParts(out, to, tables, push, pull, maxMessageBytes, receipt, ticket, birth, probe);
  out.raw(siteId);
  out.text(schema);
  if (to) out.raw(to);
  if (tables) tableNames.write(out, tables);
  if (push) writePush(out, push);
  if (pull) pullForm.write(out, pull);
  if (maxMessageBytes !== undefined) out.varint(maxMessageBytes);
  if (receipt !== undefined) out.text(receipt);
  if (ticket) ticketForm.write(out, ticket);
  if (birth !== undefined) out.varint(birth);
  if (probe) hiddenRows.write(out, probe);
  return out.finish();
}

/** @throws {CrrSyncError} if the bytes are not a request, or push more than `maxChanges`. */
export function decodeRequest(bytes: Uint8Array, maxChanges?: number): SyncRequest {
  const input = new ByteReader(bytes);
  if (input.byte() !== REQUEST) throw malformed('it is not a request');
  const [hasTo, hasTables, hasPush, hasPull, ...has] = readParts(input, 9);
  const [hasMax, hasReceipt, hasTicket, hasBirth, hasProbe] = has;
  const request: SyncRequest = {
    siteId: input.raw(SITE_ID_BYTES),
    schema: input.text(MAX_NAME_BYTES),
    to: hasTo ? input.raw(SITE_ID_BYTES) : undefined,
    tables: hasTables ? tableNames.read(input) : undefined,
    push: hasPush ? readPush(input, maxChanges) : undefined,
    pull: hasPull ? pullForm.read(input) : undefined,
    maxMessageBytes: hasMax ? input.varint() : undefined,
    receipt: hasReceipt ? input.text(MAX_NAME_BYTES) : undefined,
    ticket: hasTicket ? ticketForm.read(input) : undefined,
    birth: hasBirth ? input.varint() : undefined,
    probe: hasProbe ? readProbe(input) : undefined,
  };
  input.end();
  return request;
}

export function encodeResponse(response: SyncResponse): Uint8Array<ArrayBuffer> {
  const { siteId, schema, rights, dbVersion, pushed, pulled, refused } = response;
  const { rejected, tooLarge, receipt, birth, gone, snapshot } = response;
  const out = new ByteWriter();
  out.byte(RESPONSE);
  writeParts(out, pushed, pulled, refused, rejected, tooLarge, receipt, birth, gone, snapshot);
  out.raw(siteId);
  out.text(schema);
  out.text(rights);
  out.varint(dbVersion);
  if (pushed) pushedForm.write(out, pushed);
  if (pulled) pulledForm.write(out, pulled);
  if (refused) refusedRows.write(out, refused);
  if (rejected) hiddenRows.write(out, rejected);
  if (tooLarge) cellIds.write(out, tooLarge);
  if (receipt !== undefined) out.text(receipt);
  if (birth !== undefined) out.varint(birth);
  if (gone) hiddenRows.write(out, gone);
  if (snapshot !== undefined) out.text(snapshot);
  return out.finish();
}

export function decodeResponse(bytes: Uint8Array): SyncResponse {
  const input = new ByteReader(bytes);
  if (input.byte() !== RESPONSE) throw malformed('it is not a response');
  const [hasPushed, hasPulled, hasRefused, hasRejected, hasTooLarge, ...has] = readParts(input, 9);
  const [hasReceipt, hasBirth, hasGone, hasSnapshot] = has;
  const response: SyncResponse = {
    siteId: input.raw(SITE_ID_BYTES),
    schema: input.text(),
    rights: input.text(),
    dbVersion: input.varint(),
    pushed: hasPushed ? pushedForm.read(input) : undefined,
    pulled: hasPulled ? pulledForm.read(input) : undefined,
    refused: hasRefused ? refusedRows.read(input) : undefined,
    rejected: hasRejected ? hiddenRows.read(input) : undefined,
    tooLarge: hasTooLarge ? cellIds.read(input) : undefined,
    receipt: hasReceipt ? input.text() : undefined,
    birth: hasBirth ? input.varint() : undefined,
    gone: hasGone ? hiddenRows.read(input) : undefined,
    snapshot: hasSnapshot ? input.text() : undefined,
  };
  input.end();
  return response;
}

function writeParts(out: ByteWriter, ...parts: readonly unknown[]): void {
  out.varint(parts.reduce<number>((bits, part, i) => bits | (part === undefined ? 0 : 1 << i), 0));
}

function readParts(input: ByteReader, count: number): readonly boolean[] {
  const bits = input.varint();
  if (bits >= 1 << count) throw malformed('it has an unknown part');
  return Array.from({ length: count }, (_, i) => (bits & (1 << i)) !== 0);
}

function readProbe(input: ByteReader): readonly HiddenRow[] {
  const rows = hiddenRows.read(input);
  if (rows.length > MAX_PROBE) throw malformed(`it asks for more than ${MAX_PROBE} rows`);
  return rows;
}

const ticketForm: Form<Ticket> = {
  write(out, { last, next }) {
    out.text(last);
    out.text(next);
  },
  read: (input) => ({ last: input.text(MAX_TICKET_BYTES), next: input.text(MAX_TICKET_BYTES) }),
};

const tableNames: Form<readonly string[]> = {
  write(out, tables) {
    out.varint(tables.length);
    for (const table of tables) out.text(table);
  },
  read: (input) =>
    Array.from({ length: input.count(MAX_TABLES) }, () => input.text(MAX_NAME_BYTES)),
};

function writePush(out: ByteWriter, { changes, through }: Push): void {
  writeChanges(out, changes);
  cursorForm.write(out, through);
}

function readPush(input: ByteReader, maxChanges: number | undefined): Push {
  return { changes: readChanges(input, maxChanges), through: cursorForm.read(input) };
}

const pullForm: Form<Pull> = {
  write(out, { cursor, filter, skip, maxBytes }) {
    cursorForm.write(out, cursor);
    out.text(filter);
    ascending.write(out, skip);
    out.varint(maxBytes);
  },
  read: (input) => ({
    cursor: cursorForm.read(input),
    filter: input.text(MAX_NAME_BYTES),
    skip: ascending.read(input),
    maxBytes: input.varint(),
  }),
};

const pushedForm: Form<Pushed> = {
  write(out, { stamp, cellsWon, cellsIgnored, pending, held }) {
    out.varint(stamp);
    out.varint(cellsWon);
    out.varint(cellsIgnored);
    out.varint(pending);
    out.varint(held);
  },
  read: (input) => ({
    stamp: input.varint(),
    cellsWon: input.varint(),
    cellsIgnored: input.varint(),
    pending: input.varint(),
    held: input.varint(),
  }),
};

/** The rows, then the cid of each. */
const cellIds: Form<readonly CellId[]> = {
  write(out, cells) {
    hiddenRows.write(out, cells);
    for (const { cid } of cells) out.text(cid);
  },
  read: (input) => hiddenRows.read(input).map((row) => ({ ...row, cid: input.text() })),
};

/** The rows, then `drop` as a byte and the code of each. */
const refusedRows: Form<readonly RefusedRow[]> = {
  write(out, rows) {
    hiddenRows.write(out, rows);
    for (const { drop, code } of rows) {
      out.byte(drop ? 1 : 0);
      out.text(code);
    }
  },
  read(input) {
    return hiddenRows.read(input).map((row) => {
      const drop = input.byte();
      if (drop > 1) throw malformed('a refused row has an unknown flag');
      return { ...row, drop: drop === 1, code: input.text() };
    });
  },
};

const MORE = 1;
const RESTARTED = 2;
const OWN_RETURN = 4;

const pulledForm: Form<Pulled> = {
  write(out, { changes, hidden, cursor, filter, more, restarted, ownReturn }) {
    writeChanges(out, changes);
    hiddenRows.write(out, hidden);
    cursorForm.write(out, cursor);
    out.text(filter);
    out.byte((more ? MORE : 0) | (restarted ? RESTARTED : 0) | (ownReturn ? OWN_RETURN : 0));
  },
  read(input) {
    const changes = readChanges(input);
    const hidden = hiddenRows.read(input);
    const cursor = cursorForm.read(input);
    const filter = input.text();
    const flags = input.byte();
    if (flags > (MORE | RESTARTED | OWN_RETURN)) throw malformed('it has an unknown flag');
    return {
      changes,
      hidden,
      cursor,
      filter,
      more: (flags & MORE) !== 0,
      restarted: (flags & RESTARTED) !== 0,
      ownReturn: (flags & OWN_RETURN) !== 0,
    };
  },
};

/** Integers in ascending order, each as the difference from the previous one. */
const ascending: Form<readonly number[]> = {
  write(out, integers) {
    out.varint(integers.length);
    let previous = 0;
    for (const integer of [...integers].sort((a, b) => a - b)) {
      out.varint(integer - previous);
      previous = integer;
    }
  },
  read(input) {
    let previous = 0;
    return Array.from({ length: input.count(MAX_SKIP) }, () => {
      previous += input.varint();
      if (!Number.isSafeInteger(previous)) throw malformed('a number is greater than 2^53 - 1');
      return previous;
    });
  },
};
