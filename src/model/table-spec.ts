import type { TableConstraints } from './constraints.js';
import { isConstantDefault } from './default.js';

/**
 * A CRR as plain data: everything that the SQL writers and the readers of changes need to know about
 * a table, without Drizzle. Names are those in the database.
 */
export interface TableSpec {
  readonly name: string;
  /** Key columns in the order of the primary key, which is their order in a packed key. */
  readonly key: readonly KeyColumnSpec[];
  /** Whether rows can be deleted. */
  readonly rows: RowKind;
  /**
   * Replicated columns outside the key whose cells have their clocks in the row's clock row, in the
   * order of the table. Generated columns are absent.
   */
  readonly clockColumns: readonly ReplicatedColumnSpec[];
  /** Replicated columns that have a cell for each site instead, such as counters. */
  readonly cellColumns: readonly ReplicatedColumnSpec[];
  /** Undefined if merged rows can break none. */
  readonly constraints?: TableConstraints | undefined;
  /** Whether a log keeps its events; see src/tables/log. */
  readonly history?: boolean | undefined;
  /** What of a row two sites may both write without a conflict: other cells, which is the default, or nothing. */
  readonly conflictLevel?: ConflictLevel | undefined;
}

/** `'cell'`: a conflict is two writes of one cell; `'row'`: two writes of one row. */
export type ConflictLevel = 'cell' | 'row';

/**
 * `'causal'`: rows are created, deleted and created again; the greater causal length wins (a
 * causal-length set). `'growOnly'`: rows are only created (a grow-only set); writers cannot delete one or
 * change its key.
 */
export type RowKind = 'causal' | 'growOnly';

export interface ColumnSpec {
  readonly name: string;
  /** The name under which Drizzle's types know the column. */
  readonly property: string;
  /** The declared SQL type, which decides the affinity. */
  readonly sqlType: string;
}

export interface KeyColumnSpec extends ColumnSpec {
  /** SQL text of the default in the schema; the description of a CRR in the database does not have it. */
  readonly default?: string | undefined;
}

export interface ReplicatedColumnSpec extends ColumnSpec {
  readonly notNull: boolean;
  /** SQL text of the default as it stands in DDL; undefined if there is none. */
  readonly default: string | undefined;
  readonly kind: ColumnKind;
}

/** Which column type a column has, with the options of its declaration: plain data, kept in the database. */
export interface ColumnKind {
  readonly type: string;
  readonly [option: string]: unknown;
}

/** The kind of a column for which nothing was declared. */
export const DEFAULT_KIND: ColumnKind = { type: 'lww' };

/** All replicated columns outside the key; seqs are given out in this order. */
export function replicatedColumns(spec: TableSpec): readonly ReplicatedColumnSpec[] {
  return [...spec.clockColumns, ...spec.cellColumns];
}

/**
 * SQL of the value that a cell has at every site as long as nobody has written it: the column's default if
 * that is constant, else NULL. Undefined if there is none.
 */
export function unwrittenValue(column: ReplicatedColumnSpec): string | undefined {
  const { default: value, notNull } = column;
  if (value !== undefined && isConstantDefault(value)) return value;
  return notNull ? undefined : 'NULL';
}

/** Columns without which a new row cannot be created: its cells wait until they have arrived. */
export function requiredColumns(spec: TableSpec): readonly ReplicatedColumnSpec[] {
  return spec.clockColumns.filter((column) => unwrittenValue(column) === undefined);
}

/** Their places among the table's `clockColumns`. */
export function requiredIndexes(spec: TableSpec): readonly number[] {
  return requiredColumns(spec).map((column) => spec.clockColumns.indexOf(column));
}
