import { type Column, getTableColumns } from 'drizzle-orm';
import type { KeyedRow } from '../database/apply-result.js';
import { unpackKey } from '../model/packed-key.js';
import type { SqlValue } from '../model/value.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import { valueInType } from './column-value.js';

/**
 * A row by its key, under the property names and in the types of its Drizzle table. Integers beyond
 * 2^53 - 1 are bigint. A key value that the column's type cannot hold, such as text in an integer
 * column, is the value as SQLite stores it.
 *
 * @example
 * { table: 'todos', key: { id: 'a' } }
 */
export interface RowRef {
  /** Name of the table in the database. */
  readonly table: string;
  readonly key: Readonly<Record<string, unknown>>;
}

/** A row, and the property name of one of its columns. */
export interface ColumnRef extends RowRef {
  readonly column: string;
}

/** Makes the function that turns stored keys into those of a Drizzle query. */
export function rowRefs(schema: DrizzleSchema): (row: KeyedRow) => RowRef {
  const known = new Map<string, readonly KeyColumn[]>();
  return ({ table, key: values }) => {
    const columns = known.get(table) ?? keyColumns(schema, table);
    known.set(table, columns);
    const key: Record<string, unknown> = {};
    for (let i = 0; i < columns.length; i++) {
      const { property, column } = columns[i]!;
      key[property] = valueInType(column, values[i]!, schema.decode);
    }
    return { table, key };
  };
}

/** The same for packed keys. A row that is not one of the schema has an empty key. */
export function packedRowRefs(
  schema: DrizzleSchema,
): (row: { readonly table: string; readonly pk: Uint8Array }) => RowRef {
  const toRef = rowRefs(schema);
  return ({ table, pk }) => {
    const spec = schema.tables.get(table);
    const key = spec === undefined ? [] : unpacked(pk);
    return key.length === 0 || key.length !== spec?.key.length
      ? { table, key: {} }
      : toRef({ table, key });
  };
}

/** Empty if it is not a packed key: a server may name any row, and what has been merged is reported in any case. */
function unpacked(pk: Uint8Array): SqlValue[] {
  try {
    return unpackKey(pk);
  } catch {
    return [];
  }
}

interface KeyColumn {
  readonly property: string;
  readonly column: Column;
}

function keyColumns(schema: DrizzleSchema, table: string): KeyColumn[] {
  const columns = getTableColumns(schema.drizzleTables.get(table)!);
  return schema.tables
    .get(table)!
    .key.map(({ property }) => ({ property, column: columns[property]! }));
}
