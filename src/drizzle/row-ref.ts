import { getTableColumns } from 'drizzle-orm';
import type { SqlValue } from '../model/value.js';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { TableSpec } from '../model/table-spec.js';

/**
 * A row by its key, under the property names and in the types of its Drizzle table; integers beyond
 * 2^53 - 1 are bigint.
 */
export interface RowRef {
  /** Name of the table in the database. */
  readonly table: string;
  readonly key: Readonly<Record<string, unknown>>;
}

/** Maps a key to what a Drizzle query of that table would give. */
export function rowRefs(
  spec: TableSpec,
  table: SQLiteTable,
): (key: readonly SqlValue[]) => RowRef {
  const columns = getTableColumns(table);
  const keys = spec.key.map(({ property }) => ({ property, column: columns[property]! }));
  return (values) => {
    const key: Record<string, unknown> = {};
    for (let i = 0; i < keys.length; i++) {
      const { property, column } = keys[i]!;
      key[property] = column.mapFromDriverValue(asDriverValue(values[i]!));
    }
    return { table: spec.name, key };
  };
}

/** Drizzle's mappers expect numbers where a driver hands out numbers, and Buffers where there are some. */
export function asDriverValue(value: SqlValue): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  if (value instanceof Uint8Array && typeof Buffer !== 'undefined') return Buffer.from(value);
  return value;
}
