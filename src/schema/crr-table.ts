import { is } from 'drizzle-orm';
import type { BuildColumns, ColumnBuilderBase } from 'drizzle-orm/column-builder';
import {
  SQLiteTable,
  type SQLiteTableExtraConfigValue,
  sqliteTable,
} from 'drizzle-orm/sqlite-core';
import { type LwwOptions, lwwKind } from '../columns/lww/declare.js';
import { CrrSchemaError, CrrUsageError } from '../errors.js';
import { optionsOf, requireOptions } from '../model/options.js';
import type { ConflictLevel, RowKind } from '../model/table-spec.js';
import {
  type CrrDeclaration,
  crrDeclaration,
  declareCrr,
  declaredKinds,
  type RejectedRows,
  type UniqueLoserKind,
} from './declaration.js';
import { readTableSpec } from './read-spec.js';

type ColumnsArgument = Parameters<typeof sqliteTable>[1];
type TakenColumns = ColumnsArgument extends (...args: never) => infer TColumns
  ? TColumns
  : ColumnsArgument;
/** The columns that `sqliteTable` takes: Drizzle 0.45 infers a type of its own for them, and 1.0 infers none. */
type ColumnsMap = unknown extends TakenColumns ? Record<string, ColumnBuilderBase> : TakenColumns;
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

/** Names of the columns marked `.primaryKey()`; `never` if there are none. */
type KeyColumns<TColumns> = {
  [K in keyof TColumns]: TColumns[K] extends { _: { isPrimaryKey: true } } ? K : never;
}[keyof TColumns];
type GeneratedKeys<TColumns> = {
  [K in KeyColumns<TColumns>]: TColumns[K] extends { _: { generated: { type: string } } }
    ? K
    : never;
}[KeyColumns<TColumns>];

/** The mistakes that TypeScript can see; all others are refused when the table is declared. */
type Refused<TColumns, TKeyMayBeInExtra extends boolean> = [GeneratedKeys<TColumns>] extends [never]
  ? TKeyMayBeInExtra extends true
    ? unknown
    : [KeyColumns<TColumns>] extends [never]
      ? {
          'drizzle-crr: a CRR needs a primary key: add .primaryKey() to a column, or primaryKey({ columns }) as third argument': never;
        }
      : unknown
  : { 'drizzle-crr: a key column of a CRR cannot be a generated column': never };

/** Options of a table, beside those that Drizzle has. */
export interface CrrTableOptions {
  /**
   * Whether rows can be deleted. `'causal'` (default): they are created, deleted and created again, and the
   * greater causal length wins. `'growOnly'`: they are only created; deleting one or changing its key is
   * refused in the database.
   */
  readonly rows?: RowKind | undefined;
  /**
   * What is shown of a row whose unique values another row has, by the name of the unique index: `'null'` shows NULL,
   * `'suffix'` the value with `~` and the row's key behind it, `'park'` does not show the row. By default
   * a nullable column shows NULL, a text gets a suffix, and any other row is parked. The row itself is
   * merged and replicated as it is.
   *
   * @example { unique: { users_handle_unique: 'park' } }
   */
  readonly unique?: Readonly<Record<string, UniqueLoserKind>> | undefined;
  /**
   * What becomes of a merged row that the database rejects, because of a CHECK, a trigger of yours that raises an error,
   * or a STRICT table. `'park'`: the row is not shown, but it is merged and sent on to other sites, and is shown once
   * it can be. `'wait'`: the row stays as it was, and the changes wait here and are not sent on. Default: `'park'` if the
   * table has a CHECK, a foreign key or a unique column, otherwise `'wait'`, which costs nothing.
   *
   * @example { rejected: 'park' } // a trigger refuses some rows
   */
  readonly rejected?: RejectedRows | undefined;
  /**
   * Keeps every write as an event in a log beside the table: who wrote what and when, undo, the table as of any
   * earlier time, exact conflicts. See docs/history.md for what it costs. Default: false, which costs nothing.
   *
   * @example crrTable('notes', { id: text('id').primaryKey().notNull(), title: text('title') }, { history: true })
   */
  readonly history?: boolean | undefined;
  /**
   * What a conflict is in a table with history. `'cell'` (default): two sites wrote the same column of a row without each
   * other's write. `'row'`: they wrote the same row; for rows that only make sense as a whole, such as an address or a
   * price with its currency. Rows merge alike. Declare it alike at all sites.
   *
   * @example { history: true, conflictLevel: 'row' }
   */
  readonly conflictLevel?: ConflictLevel | undefined;
}

/**
 * Declares a table like `sqliteTable`, and that it is a conflict-free replicated relation (CRR).
 * Takes the same arguments and returns the same type; options of the CRR come last. A table that could not be
 * merged correctly is refused.
 *
 * @throws {CrrSchemaError} with table and column in the message: no primary key, a nullable or
 * generated key column, AUTOINCREMENT, a unique index with a condition or an expression, a name that collides with the
 * bookkeeping. Foreign keys are looked at when the database is opened.
 *
 * @example
 * const todos = crrTable('todos', {
 *   id: text('id').primaryKey().notNull(),
 *   title: text('title'),
 *   done: integer('done', { mode: 'boolean' }).notNull().default(false),
 * });
 * const messages = crrTable('messages', { id: text('id').primaryKey().notNull() }, { rows: 'growOnly' });
 */
export function crrTable<TName extends string, TColumns extends ColumnsMap>(
  name: TName,
  columns: (types: ColumnBuilders) => TColumns & Refused<TColumns, true>,
  extra: Extra<TName, TColumns>,
  options?: CrrTableOptions,
): TableOf<TName, TColumns>;
export function crrTable<TName extends string, TColumns extends ColumnsMap>(
  name: TName,
  columns: (types: ColumnBuilders) => TColumns & Refused<TColumns, false>,
  options?: CrrTableOptions,
): TableOf<TName, TColumns>;
export function crrTable<TName extends string, TColumns extends ColumnsMap>(
  name: TName,
  columns: TColumns & Refused<TColumns, true>,
  extra: Extra<TName, TColumns>,
  options?: CrrTableOptions,
): TableOf<TName, TColumns>;
// TypeScript explains what does not fit by the last one, so that is the one that most people mean.
export function crrTable<TName extends string, TColumns extends ColumnsMap>(
  name: TName,
  columns: TColumns & Refused<TColumns, false>,
  options?: CrrTableOptions,
): TableOf<TName, TColumns>;
export function crrTable(
  name: string,
  columns: ColumnsMap | ((types: ColumnBuilders) => ColumnsMap),
  extraOrOptions?: Extra<string, ColumnsMap> | CrrTableOptions,
  optionsAfterExtra?: CrrTableOptions,
): SQLiteTable {
  const hasExtra = typeof extraOrOptions === 'function';
  if (!hasExtra && extraOrOptions !== undefined && optionsAfterExtra !== undefined) {
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      `crrTable(): table "${name}" has options twice: pass one object of them`,
    );
  }
  const [extra, options] = hasExtra
    ? [extraOrOptions, optionsAfterExtra]
    : [undefined, extraOrOptions ?? optionsAfterExtra];
  const table = sqliteTable(name, columns as ColumnsMap, extra as Extra<string, ColumnsMap>);
  return declared(table, declarationOf('crrTable()', options ?? {}));
}

/** Options of {@link asCrr}. */
export interface AsCrrOptions extends LwwOptions, CrrTableOptions {}

/**
 * Declares that a table made elsewhere is a CRR: by `sqliteTableCreator`, for example, or one that several
 * packages share. Returns the same table. With `{ by: 'time' }`, columns for which nothing else was
 * declared merge by time; this works for tables made by `crrTable` as well.
 *
 * @throws {CrrSchemaError} if the table cannot be a CRR.
 *
 * @example
 * const table = sqliteTableCreator((name) => `app_${name}`);
 * export const notes = asCrr(table('notes', { id: text('id').primaryKey(), body: text('body') }));
 */
export function asCrr<TTable extends SQLiteTable>(
  table: TTable,
  options: AsCrrOptions = {},
): TTable {
  if (!is(table, SQLiteTable)) {
    throw new CrrSchemaError(
      'CRR_SCHEMA_NOT_A_TABLE',
      'asCrr expects a table made by sqliteTable or sqliteTableCreator',
    );
  }
  const { rows, unique, rejected, history, conflictLevel, ...lww } = options;
  const { kinds: _, others: __, ...before } = crrDeclaration(table) ?? { kinds: {} };
  return declared(table, {
    ...before,
    others: lwwKind('asCrr()', lww),
    ...declarationOf('asCrr()', { rows, unique, rejected, history, conflictLevel }),
  });
}

const OPTIONS = optionsOf<CrrTableOptions>({
  rows: ['causal', 'growOnly'],
  unique: 'object',
  rejected: ['park', 'wait'],
  history: 'boolean',
  conflictLevel: ['cell', 'row'],
});

/** The declaration of what the options name. */
function declarationOf(where: string, options: CrrTableOptions): Omit<CrrDeclaration, 'kinds'> {
  requireOptions(where, options, OPTIONS);
  const { rows, unique, rejected, history, conflictLevel } = options;
  for (const [index, kind] of Object.entries(unique ?? {})) {
    if (['null', 'suffix', 'park'].includes(kind)) continue;
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      `${where}: unique: "${index}" must be 'null', 'suffix' or 'park'`,
    );
  }
  return {
    ...(history !== undefined && { history }),
    ...(conflictLevel && { conflictLevel }),
    ...(rows && { rows }),
    ...(unique && { losers: unique }),
    ...(rejected && { rejected }),
  };
}

/** The spec is read now, so that a table that cannot be a CRR is refused by its declaration and not by its first use. */
function declared<TTable extends SQLiteTable>(
  table: TTable,
  declaration: Omit<CrrDeclaration, 'kinds'>,
): TTable {
  declareCrr(table, { kinds: declaredKinds(table), ...declaration });
  readTableSpec(table);
  return table;
}
