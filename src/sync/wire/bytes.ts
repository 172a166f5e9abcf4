import { malformed } from './message-errors.js';

/*
 * Reading and writing the bytes of a binary message. A varint is an integer in base 128, lowest digit
 * first; all bytes except the last have the highest bit set. Zigzag turns a signed integer into an
 * unsigned one: 0, -1, 1, -2 become 0, 1, 2, 3.
 */

const encoder = new TextEncoder();
/** Up to here the length of a text is one byte, and a text is taken for ASCII first. */
const SHORT_TEXT = 127;
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class ByteWriter {
  #bytes = new Uint8Array(1_024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = value;
  }

  /** A non-negative safe integer. */
  varint(value: number): void {
    this.#room(10);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  /** An int64. */
  zigzag(value: bigint): void {
    this.#room(10);
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    while (rest >= 0x80n) {
      this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#bytes[this.#length++] = Number(rest);
  }

  real(value: number): void {
    this.#room(8);
    this.#view.setFloat64(this.#length, value);
    this.#length += 8;
  }

  /** Bytes without their length. */
  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Bytes after their length. */
  blob(bytes: Uint8Array): void {
    this.varint(bytes.length);
    this.raw(bytes);
  }

  text(text: string): void {
    if (text.length > SHORT_TEXT || !this.#ascii(text)) this.blob(encoder.encode(text));
  }

  /** Writes a text that is ASCII, which is quicker than to start an encoder. */
  #ascii(text: string): boolean {
    this.#room(1 + text.length);
    const start = this.#length + 1;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) return false;
      this.#bytes[start + i] = code;
    }
    this.#bytes[this.#length] = text.length;
    this.#length = start + text.length;
    return true;
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #room(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Reads what {@link ByteWriter} wrote. Anything else throws CRR_SYNC_MALFORMED. */
export class ByteReader {
  #offset = 0;
  readonly #view: DataView;

  constructor(readonly bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    return this.bytes[this.#take(1)]!;
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      // Greater integers lose their last digits in JavaScript.
      if (value > Number.MAX_SAFE_INTEGER) throw malformed('a number is greater than 2^53 - 1');
      if (byte < 0x80) return value;
      scale *= 0x80;
      if (scale > 2 ** 63) throw malformed('a number has more than ten bytes');
    }
  }

  zigzag(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      if (shift > 63n) throw malformed('a number has more than ten bytes');
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    if (value >= 2n ** 64n) throw malformed('an integer has more than 64 bits');
    return (value >> 1n) ^ -(value & 1n);
  }

  real(): number {
    return this.#view.getFloat64(this.#take(8));
  }

  raw(length: number): Uint8Array {
    const start = this.#take(length);
    return this.bytes.slice(start, this.#offset);
  }

  blob(): Uint8Array {
    return this.raw(this.varint());
  }

  /** @param maxBytes refuses a longer text, before it is read. */
  text(maxBytes: number = Number.POSITIVE_INFINITY): string {
    const length = this.varint();
    if (length > maxBytes) throw malformed(`a name has more than ${maxBytes} bytes`);
    const start = this.#take(length);
    try {
      return decoder.decode(this.bytes.subarray(start, this.#offset));
    } catch {
      throw malformed('a text is not UTF-8');
    }
  }

  /**
   * The length of a list. Every element has at least one byte, so an impossible length is refused.
   *
   * @param most refuses a longer list, before it is read.
   */
  count(most: number = Number.POSITIVE_INFINITY): number {
    const count = this.varint();
    if (count > most) throw malformed(`a list has more than ${most} members`);
    if (count > this.bytes.length - this.#offset) throw malformed('it is cut short');
    return count;
  }

  end(): void {
    if (this.#offset !== this.bytes.length) throw malformed('bytes follow its end');
  }

  #take(length: number): number {
    const start = this.#offset;
    if (length > this.bytes.length - start) throw malformed('it is cut short');
    this.#offset = start + length;
    return start;
  }
}

/** How a value of one type is written, and how it is read. */
export interface Form<T> {
  write(out: ByteWriter, value: T): void;
  read(input: ByteReader): T;
}
