import type { Column } from 'drizzle-orm';
import { CrrUsageError } from '../errors.js';
import { affinityOf } from '../model/declared-type.js';
import { type SqlValue, storageClass } from '../model/value.js';
import type { Decode } from '../schema/read-schema.js';

/**
 * A stored value as a Drizzle query would give it. A value that the column's type cannot hold, such
 * as text in an integer column, is handed out as it is stored: other sites may declare the column
 * with another type.
 */
export function valueInType(column: Column, stored: SqlValue, decode: Decode): unknown {
  const value = driverValue(stored);
  if (stored === null || !fitsInto(column, stored)) return value;
  try {
    return decode(column, value);
  } catch {
    return value;
  }
}

/**
 * Whether a query can read a stored value: its column's type decodes it, and no driver refuses it. libSQL's driver fails
 * a whole query for one integer beyond 2^53, and `JSON.parse` for one text that is not JSON.
 */
export function isReadable(column: Column, stored: SqlValue, decode: Decode): boolean {
  if (stored === null) return true;
  if (typeof stored === 'bigint' && !Number.isSafeInteger(Number(stored))) {
    return ['text', 'real'].includes(affinityOf(column.getSQLType())); // Stored as such.
  }
  try {
    const value = decode(column, driverValue(stored));
    return !(value instanceof Date) || !Number.isNaN(value.getTime());
  } catch {
    return false;
  }
}

/** Drizzle's mappers do not check: text in a timestamp column becomes an invalid date. */
function fitsInto(column: Column, stored: SqlValue): boolean {
  if (affinityOf(column.getSQLType()) !== 'integer') return true;
  const type = storageClass(stored);
  return type === 'integer' || type === 'real';
}

/** Drizzle's mappers expect numbers and, in Node, Buffers from a driver. */
function driverValue(stored: SqlValue): unknown {
  if (typeof stored === 'bigint') {
    const number = Number(stored);
    return Number.isSafeInteger(number) ? number : stored;
  }
  if (stored instanceof Uint8Array && typeof Buffer !== 'undefined') return Buffer.from(stored);
  return stored;
}

/**
 * The stored form of a key's value. Integers become bigint, since drivers bind JavaScript's numbers
 * as REAL.
 *
 * @throws {CrrUsageError} if the value is missing, or is not one that SQLite can store.
 */
export function storedKeyValue(column: Column, value: unknown, property: string): SqlValue {
  if (value === undefined || value === null) {
    throw new CrrUsageError('CRR_USAGE_OPTION', `the key lacks "${property}"`);
  }
  return storedValue(column, value, property);
}

/** The stored form of a value, as {@link storedKeyValue}; of NULL, too. */
export function storedValue(column: Column, value: unknown, property: string): SqlValue {
  const stored: unknown = value === null ? null : column.mapToDriverValue(value);
  if (typeof stored === 'boolean') return stored ? 1n : 0n;
  if (typeof stored === 'number' && Number.isSafeInteger(stored)) return BigInt(stored);
  if (storageClass(stored) === undefined) {
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      `the value of "${property}" is a ${typeof stored}, which SQLite cannot store`,
    );
  }
  return stored as SqlValue;
}
