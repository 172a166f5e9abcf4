import { bytesToHex, hexToBytes, type SqlValue } from '../../model/value.js';
import { block, type Layout } from '../../sql/layout.js';

/*
 * Values of events as texts: the first letter of the class, and the value, or its bytes in hex, so that they need no
 * escaping. The same texts are in the feed's rows, in the cells of columns that a schema lacks, and on the wire; there, a text is
 * mostly `s` and the text itself, which JSON escapes.
 */

/** quote() writes reals so that they read back the same, except -0.0, whose sign SQL does not see. */
export function valueTextSql(value: string): Layout {
  return block`
    CASE typeof(${value})
      WHEN 'integer' THEN 'i' || ${value}
      WHEN 'real' THEN 'r' || CASE ${value} WHEN 9e999 THEN 'Infinity' WHEN -9e999 THEN '-Infinity' ELSE quote(${value}) END
      WHEN 'text' THEN 't' || hex(${value})
      WHEN 'blob' THEN 'b' || hex(${value})
      ELSE 'n'
    END`;
}

/** Reads the text of a value; undefined if it is none. */
export function parseValueText(text: string): SqlValue | undefined {
  const rest = text.slice(1);
  switch (text[0]) {
    case 'i':
      return /^-?\d{1,19}$/.test(rest) ? BigInt.asIntN(64, BigInt(rest)) : undefined;
    case 'r': {
      const value = rest === '' ? Number.NaN : Number(rest);
      return Number.isNaN(value) ? undefined : value;
    }
    case 's':
      return rest;
    case 't':
      return HEX.test(rest) ? decoder.decode(hexToBytes(rest)) : undefined;
    case 'b':
      return HEX.test(rest) ? hexToBytes(rest) : undefined;
    case 'n':
      return rest === '' ? null : undefined;
    default:
      return undefined;
  }
}

const HEX = /^(?:[0-9a-f]{2})*$/i;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Writes the text of a value for JSON. */
export function valueTextOf(value: SqlValue): string {
  if (value === null) return 'n';
  switch (typeof value) {
    case 'bigint':
      return `i${value}`;
    case 'number':
      return `r${Object.is(value, -0) ? '-0' : value}`;
    case 'string':
      return `s${value}`;
    default:
      return `b${bytesToHex(value)}`;
  }
}
