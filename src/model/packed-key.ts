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
  const length = bytes.length < 0x100 ? oneByte(bytes.length) : bigEndian(BigInt(bytes.length));
  const packed = new Uint8Array(1 + length.length + bytes.length);
  packed[0] = (length.length << 3) | type;
  packed.set(length, 1);
  packed.set(bytes, 1 + length.length);
  return packed;
}

/** A number below 256, most often the length of a text. */
const oneByte = (value: number) => (value === 0 ? NO_BYTES : Uint8Array.of(value));
const NO_BYTES = new Uint8Array();

function bigEndian(value: bigint): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; rest > 0n; rest >>= 8n) bytes.unshift(Number(rest & 0xffn));
  return Uint8Array.from(bytes);
}

/**
 * Reads a packed key back, with exact storage classes.
 *
 * @throws {CrrChangeError} `CRR_CHANGE_PACKED_KEY` if the bytes are not a packed key.
 */
export function unpackKey(packed: Uint8Array): SqlValue[] {
  const reader = new KeyReader(packed);
  const values: SqlValue[] = [];
  for (let count = packed[reader.take(1)]!; count > 0; count--) values.push(reader.value());
  reader.end();
  return values;
}

class KeyReader {
  #offset = 0;

  constructor(readonly packed: Uint8Array) {}

  /** Steps over `count` bytes and returns where they begin. */
  take(count: number): number {
    const start = this.#offset;
    if (start + count > this.packed.length) throw malformed('it ends in the middle of a column');
    this.#offset += count;
    return start;
  }

  value(): SqlValue {
    const header = this.packed[this.take(1)]!;
    const size = header >> 3;
    switch (header & 7) {
      case INTEGER:
        return size <= 6 ? BigInt(this.#uint(size)) : BigInt.asIntN(64, this.#bigUint(size));
      case REAL:
        return this.#real();
      case TEXT:
        return decodeText(this.#bytes(size));
      case BLOB:
        // Not slice(): that of a Buffer is a view.
        return new Uint8Array(this.#bytes(size));
      case NULL:
        return null;
      default:
        throw malformed(`unknown column type ${header & 7}`);
    }
  }

  end(): void {
    const rest = this.packed.length - this.#offset;
    if (rest > 0) throw malformed(`${rest} bytes follow the last column`);
  }

  /** An unsigned integer of at most 6 bytes: exact as a number. */
  #uint(size: number): number {
    const start = this.take(size);
    let value = 0;
    for (let i = start; i < start + size; i++) value = value * 256 + this.packed[i]!;
    return value;
  }

  #bigUint(size: number): bigint {
    if (size > 8) throw malformed(`a number of ${size} bytes`);
    const start = this.take(size);
    let value = 0n;
    for (let i = start; i < start + size; i++) value = (value << 8n) | BigInt(this.packed[i]!);
    return value;
  }

  #real(): number {
    const { buffer, byteOffset } = this.packed;
    const value = new DataView(buffer, byteOffset + this.take(8), 8).getFloat64(0);
    // SQLite has no such value.
    if (Number.isNaN(value)) throw malformed('a real that is not a number');
    return value;
  }

  #bytes(size: number): Uint8Array {
    // A length that needs more than 6 bytes is beyond any real key, as is one beyond its end.
    if (size > 6) throw malformed('it ends in the middle of a column');
    const length = this.#uint(size);
    const start = this.take(length);
    return this.packed.subarray(start, start + length);
  }
}

/** Up to here, text is taken for ASCII first: quicker than to start a decoder. */
const SHORT_TEXT = 64;
const BEYOND_ASCII = /[\x80-\xff]/;

function decodeText(bytes: Uint8Array): string {
  if (bytes.length <= SHORT_TEXT) {
    const text = String.fromCharCode.apply(null, bytes as unknown as number[]);
    if (!BEYOND_ASCII.test(text)) return text;
  }
  try {
    return decoder.decode(bytes);
  } catch {
    throw malformed('a text that is not UTF-8');
  }
}

function malformed(reason: string): CrrChangeError {
  return new CrrChangeError('CRR_CHANGE_PACKED_KEY', `malformed packed key: ${reason}`);
}
