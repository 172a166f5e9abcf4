import type { Cursor } from '../../database/change-stream.js';
import type { HiddenRow } from '../../feed/page.js';
import type { Change } from '../../model/change.js';
import { bytesToHex, hexToBytes, type SqlValue } from '../../model/value.js';
import { LIMITS, PROTOCOL_VERSION, type SyncRequest, type SyncResponse } from '../protocol.js';
import { malformed } from './bytes.js';
import { tooManyChanges } from './message-binary.js';

/*
 * Messages as JSON, for debugging with curl and a browser's network tab: the fields of protocol.ts
 * beside `"version": 1` (a response's own version is `dbVersion`). Bytes are hex. A value is null, or an
 * object with its storage class: {"integer":"5"}, {"real":"1"}, {"text":"a"}, {"blob":"00ff"}.
 */

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Fields = { readonly [key: string]: unknown };

export function requestToJson({ site, schema, to, tables, push, pull }: SyncRequest): string {
  return JSON.stringify({
    version: PROTOCOL_VERSION,
    site: bytesToHex(site),
    schema,
    ...(to && { to: bytesToHex(to) }),
    ...(tables && { tables }),
    ...(push && { push: { changes: push.changes.map(changeToJson), through: push.through } }),
    ...(pull && { pull }),
  });
}

export function requestFromJson(text: string, maxChanges: number = LIMITS.maxChanges): SyncRequest {
  const json = parse(text);
  const push = json.push === undefined ? undefined : fields(json.push);
  const pull = json.pull === undefined ? undefined : fields(json.pull);
  if (push && list(push.changes).length > maxChanges) throw tooManyChanges(maxChanges);
  return {
    site: bytes(json.site),
    schema: string(json.schema),
    to: json.to === undefined ? undefined : bytes(json.to),
    tables: json.tables === undefined ? undefined : list(json.tables).map(string),
    push: push && {
      changes: list(push.changes).map(changeFromJson),
      through: cursor(push.through),
    },
    pull: pull && {
      cursor: cursor(pull.cursor),
      filter: string(pull.filter),
      skip: list(pull.skip).map(integer),
      maxBytes: integer(pull.maxBytes),
    },
  };
}

export function responseToJson(response: SyncResponse): string {
  const { site, schema, version, pushed, pulled } = response;
  return JSON.stringify({
    version: PROTOCOL_VERSION,
    site: bytesToHex(site),
    schema,
    dbVersion: version,
    ...(pushed && { pushed }),
    ...(pulled && {
      pulled: {
        ...pulled,
        changes: pulled.changes.map(changeToJson),
        hidden: pulled.hidden.map(({ table, pk }) => ({ table, pk: bytesToHex(pk) })),
      },
    }),
  });
}

export function responseFromJson(text: string): SyncResponse {
  const json = parse(text);
  const pushed = json.pushed === undefined ? undefined : fields(json.pushed);
  const pulled = json.pulled === undefined ? undefined : fields(json.pulled);
  return {
    site: bytes(json.site),
    schema: string(json.schema),
    version: integer(json.dbVersion),
    pushed: pushed && {
      stamp: integer(pushed.stamp),
      cellsWon: integer(pushed.cellsWon),
      cellsIgnored: integer(pushed.cellsIgnored),
      pending: integer(pushed.pending),
    },
    pulled: pulled && {
      changes: list(pulled.changes).map(changeFromJson),
      hidden: list(pulled.hidden).map((row): HiddenRow => {
        const { table, pk } = fields(row);
        return { table: string(table), pk: bytes(pk) };
      }),
      cursor: cursor(pulled.cursor),
      filter: string(pulled.filter),
      more: pulled.more === true,
      restarted: pulled.restarted === true,
      ownReturn: pulled.ownReturn === true,
    },
  };
}

function changeToJson(change: Change): Json {
  return {
    ...change,
    pk: bytesToHex(change.pk),
    site_id: bytesToHex(change.site_id),
    val: valueToJson(change.val),
  };
}

function changeFromJson(value: unknown): Change {
  const change = fields(value);
  return {
    table: string(change.table),
    pk: bytes(change.pk),
    cid: string(change.cid),
    val: valueFromJson(change.val),
    col_version: integer(change.col_version),
    db_version: integer(change.db_version),
    site_id: bytes(change.site_id),
    cl: integer(change.cl),
    seq: integer(change.seq),
  };
}

function valueToJson(value: SqlValue): Json {
  if (value === null) return null;
  if (typeof value === 'bigint') return { integer: String(value) };
  // As text: JSON has no infinities and loses the sign of -0.
  if (typeof value === 'number') return { real: Object.is(value, -0) ? '-0' : String(value) };
  return typeof value === 'string' ? { text: value } : { blob: bytesToHex(value) };
}

function valueFromJson(json: unknown): SqlValue {
  if (json === null) return null;
  const value = fields(json);
  if (typeof value.text === 'string') return value.text;
  if (value.blob !== undefined) return bytes(value.blob);
  if (typeof value.integer === 'string' && /^-?\d{1,19}$/.test(value.integer)) {
    return BigInt(value.integer);
  }
  const real =
    typeof value.real === 'string' && value.real !== '' ? Number(value.real) : Number.NaN;
  if (Number.isNaN(real)) throw malformed('a value without its storage class');
  return real;
}

function parse(text: string): Fields {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw malformed('it is not JSON');
  }
  return fields(json);
}

function fields(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('an object was expected');
  }
  return value as Fields;
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw malformed('a list was expected');
  return value;
}

function string(value: unknown): string {
  if (typeof value !== 'string') throw malformed('a text was expected');
  return value;
}

function integer(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw malformed('an integer from 0 to 2^53 - 1 was expected');
  }
  return value as number;
}

function bytes(value: unknown): Uint8Array {
  const text = string(value);
  if (!/^([0-9a-f]{2})*$/.test(text)) throw malformed('bytes in hex were expected');
  return hexToBytes(text);
}

function cursor(value: unknown): number | Cursor {
  if (typeof value === 'number') return integer(value);
  const { since, after: place } = fields(value);
  const after = fields(place);
  const row = after.row === undefined ? undefined : fields(after.row);
  return {
    since: integer(since),
    after: {
      db_version: integer(after.db_version),
      ...(row && { row: { table: string(row.table), key: string(row.key) } }),
    },
  };
}
