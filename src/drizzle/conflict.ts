import { getTableColumns, type InferSelectModel, is } from 'drizzle-orm';
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Conflicts } from '../database/crr.js';
import type { Fork, ForkHead } from '../database/forks.js';
import { CrrUsageError } from '../errors.js';
import type { TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import type { Cell } from '../tables/aside/conflicts.js';
import { storedKeyValue, valueInType } from './column-value.js';
import type { CommitOptions } from './history-types.js';
import type { RowConflict } from './row-fork.js';
import { type RowRef, rowRefs } from './row-ref.js';

/**
 * Something in a row that not every site can show as it was written. `reason` tells which kind it is; narrow by it.
 */
export type Conflict<TTable extends SQLiteTable = SQLiteTable> =
  | RegisterConflict<TTable>
  | UniqueConflict<TTable>
  | ReferenceConflict<TTable>
  | RejectedConflict<TTable>
  | ConcurrentConflict<TTable>
  | RowConflict<TTable>;

/** A multi-value register that holds more than one value. Narrow by `column` for the type of its values. */
export type RegisterConflict<TTable extends SQLiteTable = SQLiteTable> = {
  [K in keyof InferSelectModel<TTable> & string]: RowRef & {
    readonly reason: 'register';
    /** Property name of the column. */
    readonly column: K;
    /** The greatest first: the one that the column shows. */
    readonly values: readonly ConflictingValue<InferSelectModel<TTable>[K]>[];
  };
}[keyof InferSelectModel<TTable> & string];

interface BrokenRow<TTable extends SQLiteTable> extends RowRef {
  /** Property names of the columns of the unique index, or of the reference. */
  readonly columns: readonly (keyof InferSelectModel<TTable> & string)[];
  /** The row as it is merged, without its counters and registers. */
  readonly row: Partial<InferSelectModel<TTable>>;
  /** What the table shows instead of these values; undefined if it does not show the row. */
  readonly shows: Partial<InferSelectModel<TTable>> | undefined;
}

/** A row whose unique values another row has. */
export interface UniqueConflict<TTable extends SQLiteTable = SQLiteTable>
  extends BrokenRow<TTable> {
  readonly reason: 'unique';
  /** Name of the unique index. */
  readonly index: string;
  /** The row that shows these values: the one with the least key. */
  readonly winner: RowRef;
}

/** A row that refers to a row which is not shown. */
export interface ReferenceConflict<TTable extends SQLiteTable = SQLiteTable>
  extends BrokenRow<TTable> {
  readonly reason: 'reference';
  /** The row that it refers to. */
  readonly parent: RowRef;
}

/** A row that the database rejects as it would be shown: because of a CHECK, or a trigger of the application. */
export interface RejectedConflict<TTable extends SQLiteTable = SQLiteTable>
  extends BrokenRow<TTable> {
  readonly reason: 'rejected';
  /**
   * The reason in the database's words, such as `CHECK constraint failed: low < high`. Undefined if only the change of
   * another row has made it wrong: SQLite leaves such a row out and gives no reason.
   */
  readonly error: string | undefined;
}

/**
 * A column that sites wrote without each other's write, in a table with history. Every site shows the same of them; the
 * others stay here until somebody writes the column again, or chooses.
 */
export type ConcurrentConflict<TTable extends SQLiteTable = SQLiteTable> = {
  [K in keyof InferSelectModel<TTable> & string]: RowRef & {
    readonly reason: 'concurrent';
    /** Property name of the column. */
    readonly column: K;
    /** What they started from; undefined if the log does not have it. */
    readonly base: ConcurrentWrite<InferSelectModel<TTable>[K]> | undefined;
    readonly heads: readonly ConcurrentWrite<InferSelectModel<TTable>[K]>[];
    /** What the table shows; undefined if the row is deleted. */
    readonly shown: InferSelectModel<TTable>[K] | undefined;
    /**
     * Writes one of the values, which settles it at all sites. A row that was deleted is created again, with its last
     * values; a head that deleted it deletes it again.
     */
    choose(head: Pick<ConcurrentWrite, 'event'>, options?: CommitOptions): Promise<void>;
  };
}[keyof InferSelectModel<TTable> & string];

/** One side of it. */
export interface ConcurrentWrite<T = unknown> {
  readonly event: string;
  /** Undefined: it deleted the row. */
  readonly value: T | undefined;
  readonly at: Date;
  readonly siteId: Uint8Array;
  readonly author: string | undefined;
  readonly message: string | undefined;
}

/** One of the values of a register, and the sites that wrote it. */
export interface ConflictingValue<T = unknown> {
  readonly value: T;
  /** Site ids: 16 bytes each. */
  readonly sites: readonly Uint8Array[];
}

/** The conflicts of a table in the types of its columns. */
export function conflictsInTypes<TTable extends SQLiteTable>(
  { registers, broken }: Conflicts,
  table: TTable,
  spec: TableSpec,
  schema: DrizzleSchema,
): Conflict<TTable>[] {
  const toRef = rowRefs(schema);
  const columns = getTableColumns(table);
  const properties = new Map(
    [...spec.key, ...spec.clockColumns].map(({ name, property }) => [name, property]),
  );
  const inTypes = (property: string, value: SqlValue) =>
    valueInType(columns[property]!, value, schema.decode);
  const values = (cells: readonly Cell[]) =>
    Object.fromEntries(
      cells.map(({ column: { property }, value }) => [property, inTypes(property, value)]),
    );
  const found = [
    ...registers.map(({ key, column: { property }, values: all }) => ({
      ...toRef({ table: spec.name, key }),
      reason: 'register',
      column: property,
      values: all.map(({ value, sites }) => ({ value: inTypes(property, value), sites })),
    })),
    ...broken.map(({ key, reason, columns: names, index, winner, parent, error, cells, shows }) => {
      const ref = toRef({ table: spec.name, key });
      return {
        ...ref,
        reason,
        columns: names.map((name) => properties.get(name)),
        ...(index !== undefined && { index }),
        ...(winner !== undefined && { winner: toRef({ table: spec.name, key: winner }) }),
        ...(parent !== undefined && { parent: toRef(parent) }),
        ...(reason === 'rejected' && { error }),
        row: { ...ref.key, ...values(cells) },
        shows: shows && values(shows),
      };
    }),
  ];
  return found as unknown as Conflict<TTable>[];
}

/** Forks in the types of a table's columns. */
export function forksInTypes<TTable extends SQLiteTable>(
  forks: readonly Fork[],
  table: TTable,
  schema: DrizzleSchema,
  choose: (fork: Fork, value: SqlValue | undefined, options: CommitOptions) => Promise<void>,
): Conflict<TTable>[] {
  const toRef = rowRefs(schema);
  const columns = getTableColumns(table);
  const found = forks.map((fork) => {
    const { spec, key, column, base, heads, shown } = fork;
    const inType = (value: SqlValue | undefined) =>
      value === undefined
        ? undefined
        : valueInType(columns[column.property]!, value, schema.decode);
    const side = ({ value, at, ...head }: ForkHead) => ({
      ...head,
      value: inType(value),
      at: new Date(at),
    });
    return {
      ...toRef({ table: spec.name, key }),
      reason: 'concurrent',
      column: column.property,
      base: base && side(base),
      heads: heads.map(side),
      shown: inType(shown),
      choose(head: { readonly event: string }, options: CommitOptions = {}) {
        const chosen = heads.find(({ event }) => event === head?.event);
        if (chosen !== undefined) return choose(fork, chosen.value, options);
        throw new CrrUsageError('CRR_USAGE_OPTION', 'choose(): expected one of the heads');
      },
    };
  });
  return found as unknown as Conflict<TTable>[];
}

/** The stored values of a row's key, in the order of the key. */
export function storedKey(
  table: SQLiteTable,
  spec: TableSpec,
  key: Readonly<Record<string, unknown>>,
): SqlValue[] {
  if (typeof key !== 'object' || key === null) {
    const properties = spec.key.map(({ property }) => property).join(', ');
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      `the key of a row of "${spec.name}" must be an object with its key columns: { ${properties} }`,
    );
  }
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
  const what = is(table, SQLiteTable)
    ? `"${getTableConfig(table).name}" is not a CRR of this schema`
    : 'the table is a Drizzle table of this schema, such as notes, and not its name';
  throw new CrrUsageError('CRR_USAGE_OPTION', `${caller}: ${what}`);
}
