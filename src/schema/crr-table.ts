import { is } from 'drizzle-orm';
import type { BuildColumns } from 'drizzle-orm/column-builder';
import {
  type SQLiteColumnBuilderBase,
  SQLiteTable,
  type SQLiteTableExtraConfigValue,
  sqliteTable,
} from 'drizzle-orm/sqlite-core';
import { CrrSchemaError } from '../errors.js';
import { type LwwOptions, lwwKind } from './column-types.js';
import { type CrrDeclaration, declareCrr, declaredKinds } from './declaration.js';
import { readTableSpec } from './read-spec.js';

type ColumnsMap = Record<string, SQLiteColumnBuilderBase>;
type ColumnBuilders = Parameters<
  Extract<Parameters<typeof sqliteTable<string, ColumnsMap>>[1], (...args: never) => unknown>
>[0];
/** Exactly the type that `sqliteTable` gives, so `$inferSelect` and queries are Drizzle's own. */
type TableOf<TName extends string, TColumns extends ColumnsMap> = ReturnType<
  typeof sqliteTable<TName, TColumns>
>;
type Extra<TName extends string, TColumns extends ColumnsMap> = (
  self: BuildColumns<TName, TColumns, 'sqlite'>,
) => SQLiteTableExtraConfigValue[];

/** Names of the columns marked `.primaryKey()`; `never` where there is none. */
type KeyColumns<TColumns> = {
  [K in keyof TColumns]: TColumns[K] extends { _: { isPrimaryKey: true } } ? K : never;
}[keyof TColumns];
type GeneratedKeys<TColumns> = {
  [K in KeyColumns<TColumns>]: TColumns[K] extends { _: { generated: { type: string } } }
    ? K
    : never;
}[KeyColumns<TColumns>];

/** What TypeScript alone can see to be no CRR; everything else is refused when the table is made. */
type Refused<TColumns, TKeyMayBeInExtra extends boolean> = [GeneratedKeys<TColumns>] extends [never]
  ? TKeyMayBeInExtra extends true
    ? unknown
    : [KeyColumns<TColumns>] extends [never]
      ? {
          'drizzle-crr: a CRR needs a primary key: add .primaryKey() to a column, or primaryKey({ columns }) as third argument': never;
        }
      : unknown
  : { 'drizzle-crr: a key column of a CRR cannot be a generated column': never };

/**
 * Declares a table like `sqliteTable`, and that it is a conflict-free replicated relation (CRR).
 * Takes the same arguments and returns the same type; what a merge could not keep true is refused.
 *
 * @throws {CrrSchemaError} with table and column in the message: no primary key, a nullable or
 * generated key column, AUTOINCREMENT, a unique index or constraint outside the key, a foreign key,
 * a name that collides with the bookkeeping.
 *
 * @example
 * const todos = crrTable('todos', {
 *   id: text('id').primaryKey().notNull(),
 *   title: text('title'),
 *   done: integer('done', { mode: 'boolean' }).notNull().default(false),
 * });
 */
export function crrTable<TName extends string, TColumns extends ColumnsMap>(
  name: TName,
  columns: TColumns & Refused<TColumns, false>,
): TableOf<TName, TColumns>;
export function crrTable<TName extends string, TColumns extends ColumnsMap>(
  name: TName,
  columns: TColumns & Refused<TColumns, true>,
  extra: Extra<TName, TColumns>,
): TableOf<TName, TColumns>;
export function crrTable<TName extends string, TColumns extends ColumnsMap>(
  name: TName,
  columns: (types: ColumnBuilders) => TColumns & Refused<TColumns, false>,
): TableOf<TName, TColumns>;
export function crrTable<TName extends string, TColumns extends ColumnsMap>(
  name: TName,
  columns: (types: ColumnBuilders) => TColumns & Refused<TColumns, true>,
  extra: Extra<TName, TColumns>,
): TableOf<TName, TColumns>;
export function crrTable(
  name: string,
  columns: ColumnsMap | ((types: ColumnBuilders) => ColumnsMap),
  extra?: Extra<string, ColumnsMap>,
): SQLiteTable {
  const table = sqliteTable(name, columns as ColumnsMap, extra as Extra<string, ColumnsMap>);
  return declared(table, {});
}

/**
 * Declares that a table made elsewhere is a CRR: by `sqliteTableCreator`, say, or one that several
 * packages share. Returns the same table. With `{ by: 'time' }`, columns for which nothing else was
 * declared merge by time; that goes for tables made by `crrTable`, too.
 *
 * @throws {CrrSchemaError} where the table cannot be a CRR.
 *
 * @example
 * const table = sqliteTableCreator((name) => `app_${name}`);
 * export const notes = asCrr(table('notes', { id: text('id').primaryKey(), body: text('body') }));
 */
export function asCrr<TTable extends SQLiteTable>(table: TTable, options: LwwOptions = {}): TTable {
  if (!is(table, SQLiteTable)) {
    throw new CrrSchemaError(
      'CRR_SCHEMA_NOT_A_TABLE',
      'asCrr expects a table made by sqliteTable or sqliteTableCreator',
    );
  }
  return declared(table, { others: lwwKind('asCrr()', options) });
}

/** Reading the spec refuses what cannot be a CRR where it is written, not where it is first used. */
function declared<TTable extends SQLiteTable>(
  table: TTable,
  others: Pick<CrrDeclaration, 'others'>,
): TTable {
  declareCrr(table, { kinds: declaredKinds(table), ...others });
  readTableSpec(table);
  return table;
}
