import type { SqlValue } from '../../src/model/value.js';

/** A value as text from which its class and every bit of it can be told, and read. */
export function valueText(value: SqlValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'bigint') return `${value}`;
  if (typeof value === 'number') {
    const text = Object.is(value, -0) ? '-0' : `${value}`;
    return /^-?\d+$/.test(text) ? `${text}.0` : text;
  }
  if (typeof value === 'string') return JSON.stringify(value);
  return `x'${hex(value)}'`;
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
