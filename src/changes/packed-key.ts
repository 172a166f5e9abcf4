import { CrrChangeError } from '../errors.js';
import { type SqlValue, storageClass } from './value.js';

/*
 * cr-sqlite's packed columns: one byte column count; per column one byte `(n << 3) | type`, then
 *
 *     1 integer   n minimal big-endian bytes, zero-extended when read; n = 0 for 0, 8 for negatives
 *     2 real      8 bytes IEEE 754, big-endian (n is 0)
 *     3 text      the length in n bytes, then UTF-8
 *     4 blob      the length in n bytes, then the bytes
 *     5 null      nothing
 *
 * x'010901' is the integer 1, x'010b0161' the text 'a'.
 */
const INTEGER = 1;
const REAL = 2;
const TEXT = 3;
const BLOB = 4;
const NULL = 5;

const MAX_COLUMNS = 255;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Packs the values of a primary key, in the order of the key's columns.
 *
 * @throws {CrrChangeError} `CRR_CHANGE_PACKED_KEY` for more than 255 values or one that SQLite cannot store.
 *
 * @example
 * packKey(['a']); // Uint8Array [0x01, 0x0b, 0x01, 0x61]
 */
export function packKey(values: readonly SqlValue[]): Uint8Array {
  if (values.length > MAX_COLUMNS) throw malformed(`${values.length} columns, at most 255 fit`);
  const parts = values.map(packValue);
  const packed = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 1));
  packed[0] = values.length;
  let offset = 1;
  for (const part of parts) {
    packed.set(part, offset);
    offset += part.length;
  }
  return packed;
}

function packValue(value: SqlValue): Uint8Array {
  if (value === null) return Uint8Array.of(NULL);
  if (typeof value === 'string') return withLength(TEXT, encoder.encode(value));
  if (value instanceof Uint8Array) return withLength(BLOB, value);
  switch (storageClass(value)) {
    case 'integer':
      return withHeader(INTEGER, bigEndian(BigInt.asUintN(64, value as bigint)));
    case 'real': {
      const bytes = new Uint8Array(9);
      bytes[0] = REAL;
      new DataView(bytes.buffer).setFloat64(1, value as number);
      return bytes;
    }
    default:
      throw malformed(`a ${typeof value} is no value that SQLite stores`);
  }
}

function withHeader(type: number, bytes: Uint8Array): Uint8Array {
  const packed = new Uint8Array(1 + bytes.length);
  packed[0] = (bytes.length << 3) | type;
  packed.set(bytes, 1);
  return packed;
}

function withLength(type: number, bytes: Uint8Array): Uint8Array {
  const length = bigEndian(BigInt(bytes.length));
  const packed = new Uint8Array(1 + length.length + bytes.length);
  packed[0] = (length.length << 3) | type;
  packed.set(length, 1);
  packed.set(bytes, 1 + length.length);
  return packed;
}

function bigEndian(value: bigint): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; rest > 0n; rest >>= 8n) bytes.unshift(Number(rest & 0xffn));
  return Uint8Array.from(bytes);
}

/**
 * Reads a packed key back, with exact storage classes.
 *
 * @throws {CrrChangeError} `CRR_CHANGE_PACKED_KEY` where the bytes are no packed key.
 */
export function unpackKey(packed: Uint8Array): SqlValue[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  let offset = 0;
  const take = (count: number): number => {
    if (offset + count > packed.length) throw malformed('it ends in the middle of a column');
    offset += count;
    return offset - count;
  };
  const readUint = (size: number): bigint => {
    if (size > 8) throw malformed(`a number of ${size} bytes`);
    const start = take(size);
    let value = 0n;
    for (let i = start; i < offset; i++) value = (value << 8n) | BigInt(packed[i]!);
    return value;
  };
  const readBytes = (size: number): Uint8Array => {
    const length = readUint(size);
    if (length > BigInt(packed.length)) throw malformed('it ends in the middle of a column');
    const start = take(Number(length));
    return packed.subarray(start, offset);
  };

  const count = packed[take(1)]!;
  const values: SqlValue[] = [];
  for (let i = 0; i < count; i++) {
    const header = packed[take(1)]!;
    const size = header >> 3;
    switch (header & 7) {
      case INTEGER:
        values.push(BigInt.asIntN(64, readUint(size)));
        break;
      case REAL:
        values.push(view.getFloat64(take(8)));
        break;
      case TEXT:
        values.push(decodeText(readBytes(size)));
        break;
      case BLOB:
        // Not slice(): that of a Buffer is a view.
        values.push(new Uint8Array(readBytes(size)));
        break;
      case NULL:
        values.push(null);
        break;
      default:
        throw malformed(`unknown column type ${header & 7}`);
    }
  }
  if (offset !== packed.length) {
    throw malformed(`${packed.length - offset} bytes follow the last column`);
  }
  return values;
}

function decodeText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw malformed('a text that is not UTF-8');
  }
}

function malformed(reason: string): CrrChangeError {
  return new CrrChangeError('CRR_CHANGE_PACKED_KEY', `malformed packed key: ${reason}`);
}
