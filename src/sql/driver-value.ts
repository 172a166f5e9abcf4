import type { Affinity } from '../model/declared-type.js';
import { hexToBytes, type SqlValue } from '../model/value.js';
import { block, type Layout, lines } from './layout.js';

/** A value as a driver hands it out. */
export type DriverValue = null | bigint | number | string | boolean | ArrayBuffer | Uint8Array;
export type DriverRow = ArrayLike<DriverValue>;

/*
 * Drivers lose or refuse some values. SQL hands those out as text that begins with U+0001: integers beyond
 * 2^53 - 1, infinities, and text with NUL, or with U+0001 or a byte order mark first.
 */
const ESCAPE = 'char(1)';
/** First characters of texts that are escaped. unicode() costs the machine less than substr(). */
const ESCAPED_FIRST = '(1, 65279)';

/** SQL of a value that every driver hands out whole; {@link exactValue} reads it. */
export function portable(sql: string, affinity: Affinity): Layout {
  const safe = '-9007199254740991 AND 9007199254740991';
  const branches = {
    integer: `CASE WHEN ${sql} BETWEEN ${safe} THEN ${sql} ELSE ${ESCAPE} || 'i' || ${sql} END`,
    real: `CASE WHEN ${sql} IN (9e999, -9e999) THEN ${ESCAPE} || 'r' || (${sql} > 0) ELSE ${sql} END`,
    text: `CASE WHEN instr(${sql}, char(0)) OR unicode(${sql}) IN ${ESCAPED_FIRST} THEN ${ESCAPE} || 't' || hex(${sql}) ELSE ${sql} END`,
  };
  const cases = classesOf(affinity).map((type) => `WHEN '${type}' THEN ${branches[type]}`);
  return block`
    CASE typeof(${sql})
      ${lines(cases)}
      ELSE ${sql}
    END`;
}

/** A text or real column stores no integers, a text column no reals either. */
function classesOf(affinity: Affinity): readonly ('integer' | 'real' | 'text')[] {
  if (affinity === 'text') return ['text'];
  return affinity === 'real' ? ['real', 'text'] : ['integer', 'real', 'text'];
}

/** A driver's value with its storage class; `letter` is the first of `typeof()`, or of the affinity. */
export function exactValue(value: DriverValue, letter: string): SqlValue {
  if (typeof value === 'string') {
    if (value.charCodeAt(0) === 1) return unescaped(value);
    return letter === 'i' ? BigInt(value) : value; // A client may be set to hand out integers as strings.
  }
  if (value === null) return null;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (value instanceof Uint8Array) return plainBytes(value);
  return letter === 'i' ? BigInt(value) : Number(value);
}

/** Some drivers give Buffers, which other runtimes refuse, and which compare as different from equal bytes. */
function plainBytes(bytes: Uint8Array): Uint8Array {
  if (bytes.constructor === Uint8Array) return bytes;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function unescaped(text: string): SqlValue {
  const rest = text.slice(2);
  switch (text[1]) {
    case 'i':
      return BigInt(rest);
    case 'r':
      return rest === '1' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
    default:
      return decoder.decode(hexToBytes(rest));
  }
}
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes as a driver hands them out. */
export function bytesOf(value: DriverValue): Uint8Array {
  return value instanceof ArrayBuffer ? new Uint8Array(value) : (value as Uint8Array);
}
