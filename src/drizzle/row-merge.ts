import { getTableColumns, type InferSelectModel } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { ForkHead } from '../database/forks.js';
import type { PreviewedRow } from '../database/preview.js';
import type { ConflictingCell } from '../database/row-conflict.js';
import type { Cells } from '../feed/shown-rows.js';
import { replicatedColumns } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import type { ApplyResult } from './apply-result.js';
import { valueInType } from './column-value.js';
import type { ConcurrentWrite } from './conflict.js';
import { packedRowRefs, type RowRef } from './row-ref.js';

/** A row as one side has it; generated columns are left out. Undefined: it is deleted, or was never there. */
export type RowSide<TTable extends SQLiteTable = SQLiteTable> =
  | Partial<InferSelectModel<TTable>>
  | undefined;

/** A row that a merge touches, as each side has it. */
export interface RowMerge<TTable extends SQLiteTable = SQLiteTable> extends RowRef {
  /** What both sides started from, if they are in conflict and the log has it. */
  readonly base: RowSide<TTable>;
  /** As this database has it without the merge. */
  readonly ours: RowSide<TTable>;
  /** As the other side has it. */
  readonly theirs: RowSide<TTable>;
  /** What the merge rules make of both. */
  readonly merged: RowSide<TTable>;
  /**
   * The columns that both sides wrote without each other's write, with different outcomes. Undefined if the table has
   * no history: then it is not known.
   */
  readonly conflicts: readonly ColumnConflict<TTable>[] | undefined;
}

/** A column that sites wrote without each other's write. Narrow by `column` for the type of its values. */
export type ColumnConflict<TTable extends SQLiteTable = SQLiteTable> = {
  [K in keyof InferSelectModel<TTable> & string]: {
    /** Property name of the column. */
    readonly column: K;
    readonly base: ConcurrentWrite<InferSelectModel<TTable>[K]> | undefined;
    /** One for each side, and for each further site that wrote on its own. */
    readonly heads: readonly ConcurrentWrite<InferSelectModel<TTable>[K]>[];
  };
}[keyof InferSelectModel<TTable> & string];

/** What {@link Crr.apply} would do. */
export interface PreviewResult extends ApplyResult {
  /** The rows that the changes are about, and those that they would touch besides. */
  readonly rows: readonly RowMerge[];
}

/** Makes the function that brings rows to the types of their Drizzle tables. */
export function rowMerges(schema: DrizzleSchema): (row: PreviewedRow) => RowMerge {
  const toRef = packedRowRefs(schema);
  return ({ table, pk, conflicts, ...sides }) => {
    const ref = toRef({ table, pk });
    const inTypes = cellsInTypes(schema, table);
    const side = (cells: Cells | undefined) => cells && { ...ref.key, ...inTypes(cells) };
    return {
      ...ref,
      base: side(sides.base),
      ours: side(sides.ours),
      theirs: side(sides.theirs),
      merged: side(sides.merged),
      conflicts: conflicts?.map((cell) => conflictInTypes(cell, schema, table)),
    };
  };
}

/** Makes the function that brings cells to the types of a table, by property. */
export function cellsInTypes(schema: DrizzleSchema, table: string) {
  const columns = getTableColumns(schema.drizzleTables.get(table)!);
  const replicated = replicatedColumns(schema.tables.get(table)!);
  return (cells: Cells): Record<string, unknown> =>
    Object.fromEntries(
      replicated.flatMap(({ name, property }) => {
        const value = cells.get(name);
        if (value === undefined) return [];
        return [[property, valueInType(columns[property]!, value, schema.decode)]];
      }),
    );
}

function conflictInTypes(
  { column: { property }, base, heads }: ConflictingCell,
  schema: DrizzleSchema,
  table: string,
): ColumnConflict {
  const column = getTableColumns(schema.drizzleTables.get(table)!)[property]!;
  const inType = (value: SqlValue | undefined) =>
    value === undefined ? undefined : valueInType(column, value, schema.decode);
  const write = ({ value, at, ...head }: ForkHead) => ({
    ...head,
    value: inType(value),
    at: new Date(at),
  });
  const found = { column: property, base: base && write(base), heads: heads.map(write) };
  return found as unknown as ColumnConflict;
}
