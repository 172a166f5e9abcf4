/**
 * A value as SQLite stores it. The JavaScript type is the storage class, because the class decides
 * merges: `bigint` is INTEGER, `number` is REAL (also 1.0), `string` is TEXT, `Uint8Array` is BLOB.
 */
export type SqlValue = null | bigint | number | string | Uint8Array;

export type StorageClass = 'null' | 'integer' | 'real' | 'text' | 'blob';

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** The storage class of a value; undefined if SQLite cannot store it. */
export function storageClass(value: unknown): StorageClass | undefined {
  switch (typeof value) {
    case 'bigint':
      return value >= INT64_MIN && value <= INT64_MAX ? 'integer' : undefined;
    case 'number':
      // SQLite turns NaN into NULL.
      return Number.isNaN(value) ? undefined : 'real';
    case 'string':
      return 'text';
    case 'object':
      if (value === null) return 'null';
      return value instanceof Uint8Array ? 'blob' : undefined;
    default:
      return undefined;
  }
}

const RANK: Record<StorageClass, number> = { integer: 4, real: 3, text: 2, blob: 1, null: 0 };

/** Order of values at equal versions, the same as in the merge gate: class first, then value. */
export function compareValues(a: SqlValue, b: SqlValue): number {
  return compareByRank(RANK, a, b);
}

/** Whether two values are the same; undefined, such as the value of a row that is not there, is only the same as itself. */
export const isSameValue = (a: SqlValue | undefined, b: SqlValue | undefined): boolean =>
  a === undefined || b === undefined ? a === b : compareValues(a, b) === 0;

const SQLITE_RANK: Record<StorageClass, number> = {
  blob: 3,
  text: 2,
  real: 1,
  integer: 1,
  null: 0,
};

/** Order of values as SQLite sorts them: null, then numbers by value, then text and blobs by bytes. */
export function compareSqliteOrder(a: SqlValue, b: SqlValue): number {
  return compareByRank(SQLITE_RANK, a, b);
}

function compareByRank(
  rank: Readonly<Record<StorageClass, number>>,
  a: SqlValue,
  b: SqlValue,
): number {
  const byClass = rank[storageClass(a) ?? 'null'] - rank[storageClass(b) ?? 'null'];
  if (byClass !== 0) return byClass;
  if (typeof a === 'string') return compareBytes(encoder.encode(a), encoder.encode(b as string));
  if (a instanceof Uint8Array) return compareBytes(a, b as Uint8Array);
  if (a === null) return 0;
  // bigint and number compare exactly with each other.
  const number = b as bigint | number;
  return a < number ? -1 : a > number ? 1 : 0;
}

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return a.length - b.length;
}

export function bytesToHex(bytes: Uint8Array): string {
  let hex = '';
  for (const byte of bytes) hex += HEX[byte];
  return hex;
}

export function hexToBytes(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = (digitOf(hex.charCodeAt(2 * i)) << 4) | digitOf(hex.charCodeAt(2 * i + 1));
  }
  return bytes;
}

/** Of a character code: `0` to `9`, `a` to `f`, or `A` to `F`. */
const digitOf = (code: number): number => (code & 15) + (code > 57 ? 9 : 0);

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const encoder = new TextEncoder();

/** The length of a text in UTF-8. */
export const bytesOfText = (text: string): number => encoder.encode(text).length;
