import { type Change, SITE_ID_BYTES } from '../../model/change.js';
import type { SqlValue } from '../../model/value.js';
import {
  type CellId,
  MAX_MARK_BYTES,
  MAX_NAME_BYTES,
  MAX_PROBE,
  MAX_SKIP,
  MAX_TABLES,
  MAX_TICKET_BYTES,
  PROTOCOL_VERSION,
  type Pull,
  type Pulled,
  type Push,
  type Pushed,
  type RefusedRow,
  type SyncRequest,
  type SyncResponse,
  type Ticket,
} from '../protocol.js';
import type { Cursor, HiddenRow } from '../site.js';
import type { Codec } from './codec.js';
import {
  bytes,
  expected,
  flag,
  integer,
  type JsonForm,
  list,
  object,
  optional,
  properties,
  shortText,
  text,
} from './json-form.js';
import { malformed, requireProtocolVersion, tooManyChanges } from './message-errors.js';

/** Null, or an object with the storage class: {"integer":"5"}, {"real":"1"}, {"text":"a"}, {"blob":"00ff"}. */
const value: JsonForm<SqlValue> = {
  encode(value) {
    if (value === null) return null;
    if (typeof value === 'bigint') return { integer: String(value) };
    // As a string, because JSON has no infinities and no -0.
    if (typeof value === 'number') return { real: Object.is(value, -0) ? '-0' : String(value) };
    return typeof value === 'string' ? { text: value } : { blob: bytes.encode(value) };
  },
  decode(json, path) {
    if (json === null) return null;
    const { integer: digits, real, text: string, blob } = properties(json, path);
    if (typeof string === 'string') return string;
    if (blob !== undefined) return bytes.decode(blob, path);
    if (typeof digits === 'string' && /^-?\d{1,19}$/.test(digits)) return BigInt(digits);
    const number = typeof real === 'string' && real !== '' ? Number(real) : Number.NaN;
    return Number.isNaN(number) ? expected('a value with its storage class', path) : number;
  },
};

/** The length of a change's `site_id` is checked when it is merged. That of others is checked here. */
const siteId: JsonForm<Uint8Array> = {
  encode: bytes.encode,
  decode(json, path) {
    const id = bytes.decode(json, path);
    return id.length === SITE_ID_BYTES ? id : expected(`${SITE_ID_BYTES} bytes in hex`, path);
  },
};

/** A name of a table, or a fingerprint. */
const name = shortText(MAX_NAME_BYTES);

/** An int64 in digits. */
const rowid: JsonForm<string> = {
  encode: text.encode,
  decode: (json, path) =>
    typeof json === 'string' && /^-?\d{1,19}$/.test(json) && isInt64(BigInt(json))
      ? json
      : expected('an integer of 64 bits in digits', path),
};

const isInt64 = (value: bigint) => BigInt.asIntN(64, value) === value;

const position = object<Cursor>({
  since: integer,
  after: object<Cursor['after']>({
    db_version: integer,
    horizon: optional(integer),
    row: optional(object<NonNullable<Cursor['after']['row']>>({ table: name, key: rowid })),
    part: optional(
      object<NonNullable<Cursor['after']['part']>>({
        count: integer,
        mark: shortText(MAX_MARK_BYTES),
      }),
    ),
  }),
});

const cursor: JsonForm<number | Cursor> = {
  encode: (value) => (typeof value === 'number' ? value : position.encode(value)),
  decode: (json, path) =>
    typeof json === 'number' ? integer.decode(json, path) : position.decode(json, path),
};

const change = object<Change>({
  table: text,
  pk: bytes,
  cid: text,
  val: value,
  col_version: integer,
  db_version: integer,
  site_id: bytes,
  cl: integer,
  seq: integer,
});

const hiddenRow = object<HiddenRow>({ table: text, pk: bytes });

const request = object<SyncRequest>({
  siteId,
  schema: name,
  to: optional(siteId),
  tables: optional(list(name, MAX_TABLES)),
  push: optional(object<Push>({ changes: list(change), through: cursor })),
  pull: optional(
    object<Pull>({ cursor, filter: name, skip: list(integer, MAX_SKIP), maxBytes: integer }),
  ),
  maxMessageBytes: optional(integer),
  receipt: optional(name),
  birth: optional(integer),
  probe: optional(list(hiddenRow, MAX_PROBE)),
  ticket: optional(
    object<Ticket>({ last: shortText(MAX_TICKET_BYTES), next: shortText(MAX_TICKET_BYTES) }),
  ),
});

const response = object<SyncResponse>({
  siteId,
  schema: text,
  rights: text,
  dbVersion: integer,
  receipt: optional(text),
  birth: optional(integer),
  snapshot: optional(text),
  gone: optional(list(hiddenRow)),
  rejected: optional(list(hiddenRow)),
  tooLarge: optional(list(object<CellId>({ table: text, pk: bytes, cid: text }))),
  refused: optional(list(object<RefusedRow>({ table: text, pk: bytes, drop: flag, code: text }))),
  pushed: optional(
    object<Pushed>({
      stamp: integer,
      cellsWon: integer,
      cellsIgnored: integer,
      pending: integer,
      held: integer,
    }),
  ),
  pulled: optional(
    object<Pulled>({
      changes: list(change),
      hidden: list(hiddenRow),
      cursor,
      filter: text,
      more: flag,
      restarted: flag,
      ownReturn: flag,
    }),
  ),
});

/**
 * Messages as JSON, for debugging with curl or a browser's network tab: the fields of protocol.ts, and
 * `"version": 1` for the version of the protocol. Bytes are in hex.
 */
export const jsonCodec: Codec = {
  contentType: 'application/json',
  expansion: 2,
  encodeRequest: async (message) => stringify(request, message),
  async decodeRequest(body, { maxChanges }) {
    const json = parse(body);
    const { changes } = (json.push ?? {}) as { readonly changes?: unknown };
    if (Array.isArray(changes) && changes.length > maxChanges) throw tooManyChanges(maxChanges);
    return request.decode(json, '');
  },
  encodeResponse: async (message) => stringify(response, message),
  decodeResponse: async (body) => response.decode(parse(body), ''),
};

function stringify<T>(form: JsonForm<T>, message: T): Uint8Array<ArrayBuffer> {
  const json = { version: PROTOCOL_VERSION, ...(form.encode(message) as object) };
  return new TextEncoder().encode(JSON.stringify(json));
}

function parse(body: Uint8Array): Readonly<Record<string, unknown>> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(body));
  } catch {
    throw malformed('it is not JSON');
  }
  const message = properties(json, '');
  requireProtocolVersion(integer.decode(message.version, 'version'));
  return message;
}
