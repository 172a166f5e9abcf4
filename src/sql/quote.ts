import { bytesToHex } from '../model/value.js';

/*
 * The one place where names and values become SQL text. Nothing else in this package adds a quote.
 */

/** A name (table, column, trigger, index) as an SQL identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A name that no engine takes for a text if there is nothing of that name. */
export function quoteStrictName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** A string as an SQL literal. Text with NUL goes through a blob: SQLite ends a literal at NUL. */
export function quoteText(text: string): string {
  if (text.includes('\0')) return `CAST(${quoteBlob(new TextEncoder().encode(text))} AS TEXT)`;
  return `'${text.replaceAll("'", "''")}'`;
}

/** Bytes as an SQL literal. */
export function quoteBlob(bytes: Uint8Array): string {
  return `x'${bytesToHex(bytes)}'`;
}

/** A real as SQL that gives the same REAL on every engine: infinities, and 1.0 unlike 1. */
export function quoteReal(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '9e999';
  if (value === Number.NEGATIVE_INFINITY) return '-9e999';
  if (Object.is(value, -0)) return '-0.0';
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return quoteGreatReal(value);
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** A whole number of more than 53 bits: engines differ in the last bit of long decimals, and products are exact. */
function quoteGreatReal(value: number): string {
  let bits = BigInt(value);
  let twos = 0;
  while (bits % 2n === 0n && !Number.isSafeInteger(Number(bits))) {
    bits /= 2n;
    twos++;
  }
  const factors = [`CAST(${bits} AS REAL)`];
  for (; twos > 0; twos -= 62) factors.push(`CAST(${2n ** BigInt(Math.min(twos, 62))} AS REAL)`);
  return `(${factors.join(' * ')})`;
}

/** Text for an SQL comment: nothing in it can end the comment. */
export function commentText(text: string): string {
  return text.replaceAll('*/', '* /');
}
