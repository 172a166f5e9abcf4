import { getTableColumns, type InferSelectModel, is } from 'drizzle-orm';
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { CrrUsageError } from '../errors.js';
import type { StoredConflict } from '../feed/site-values.js';
import type { TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import { storedKeyValue, valueInType } from './column-value.js';
import { type RowRef, rowRefs } from './row-ref.js';

/** A multi-value register that holds more than one value. Narrow by `column` for the type of its values. */
export type Conflict<TTable extends SQLiteTable = SQLiteTable> = {
  [K in keyof InferSelectModel<TTable> & string]: RowRef & {
    /** Property name of the column. */
    readonly column: K;
    /** The greatest first: the one that the column shows. */
    readonly values: readonly ConflictingValue<InferSelectModel<TTable>[K]>[];
  };
}[keyof InferSelectModel<TTable> & string];

/** One of the values of a register, and the sites that wrote it. */
export interface ConflictingValue<T = unknown> {
  readonly value: T;
  /** Site ids: 16 bytes each. */
  readonly sites: readonly Uint8Array[];
}

/** The conflicts of a table in the types of its columns. */
export function conflictsInTypes<TTable extends SQLiteTable>(
  conflicts: readonly StoredConflict[],
  table: TTable,
  spec: TableSpec,
  schema: DrizzleSchema,
): Conflict<TTable>[] {
  const toRef = rowRefs(schema);
  const columns = getTableColumns(table);
  return conflicts.map(({ key, column: { property }, values }) => ({
    ...toRef({ table: spec.name, key }),
    column: property,
    values: values.map(({ value, sites }) => ({
      value: valueInType(columns[property]!, value, schema.decode),
      sites,
    })),
  })) as unknown as Conflict<TTable>[];
}

/** The stored values of a row's key, in the order of the key. */
export function storedKey(
  table: SQLiteTable,
  spec: TableSpec,
  key: Readonly<Record<string, unknown>>,
): SqlValue[] {
  const columns = getTableColumns(table);
  return spec.key.map(({ property }) =>
    storedKeyValue(columns[property]!, key[property], property),
  );
}

/** @throws {CrrUsageError} if the table is not a CRR of the schema. */
export function requireCrr(schema: DrizzleSchema, table: SQLiteTable, caller: string): TableSpec {
  for (const [name, known] of schema.drizzleTables) {
    if (known === table) return schema.tables.get(name)!;
  }
  const name = is(table, SQLiteTable) ? `"${getTableConfig(table).name}"` : 'the argument';
  throw new CrrUsageError('CRR_USAGE_OPTION', `${caller}: ${name} is not a CRR of this schema`);
}
