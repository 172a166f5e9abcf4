/**
 * A CRR as plain data: everything that the SQL writers and the readers of changes need to know of
 * a table, and nothing of Drizzle. Names are those in the database.
 */
export interface TableSpec {
  readonly name: string;
  /** Key columns in the order of the primary key, which is their order in a packed key. */
  readonly key: readonly ColumnSpec[];
  /**
   * Replicated columns outside the key whose cell is one of the clock row's, in the order of the
   * table: everything that merges by last write. Generated columns are absent.
   */
  readonly clockColumns: readonly ReplicatedColumnSpec[];
  /** Replicated columns that have a cell per site instead: counters and multi-value registers. */
  readonly cellColumns: readonly ReplicatedColumnSpec[];
}

export interface ColumnSpec {
  readonly name: string;
  /** The name under which Drizzle's types know the column. */
  readonly property: string;
  /** The declared SQL type, which decides the affinity. */
  readonly sqlType: string;
}

export interface ReplicatedColumnSpec extends ColumnSpec {
  readonly notNull: boolean;
  /** SQL text of the default as it stands in DDL; undefined where there is none. */
  readonly default: string | undefined;
  readonly kind: ColumnKind;
}

/** How concurrent writes of one column merge. */
export type ColumnKind =
  /** Last write wins; `by` says which is last: the one with more writes before it, or the later. */
  | { readonly type: 'lww'; readonly by?: 'time' }
  /** A sum of what each site added. */
  | { readonly type: 'counter' }
  /** A register that keeps the values of concurrent writes. */
  | { readonly type: 'mvr' }
  /** An order key; `within` are the columns (by property) whose values make up one list. */
  | { readonly type: 'fractindex'; readonly within: readonly string[] };

/** Whether a column of this kind has a cell per site, or one in the clock row. */
export function hasSiteCells({ type }: ColumnKind): boolean {
  return type === 'counter' || type === 'mvr';
}

/** Whether the versions of a column are times. */
export function isTimed({ kind }: Pick<ReplicatedColumnSpec, 'kind'>): boolean {
  return kind.type === 'lww' && kind.by === 'time';
}

/** The kind of a column for which nothing was declared. */
export const DEFAULT_KIND: ColumnKind = { type: 'lww' };

/** Columns that a new row cannot do without: it waits in the pending table until they are there. */
export function requiredColumns(spec: TableSpec): readonly ReplicatedColumnSpec[] {
  return spec.clockColumns.filter((column) => column.notNull && column.default === undefined);
}

/** Column affinity by SQLite's rules (https://sqlite.org/datatype3.html#determination_of_column_affinity). */
export type Affinity = 'integer' | 'text' | 'blob' | 'real' | 'numeric';

export function affinityOf(sqlType: string): Affinity {
  const type = sqlType.toUpperCase();
  if (type.includes('INT')) return 'integer';
  if (/CHAR|CLOB|TEXT/.test(type)) return 'text';
  if (type === '' || type.includes('BLOB')) return 'blob';
  if (/REAL|FLOA|DOUB/.test(type)) return 'real';
  return 'numeric';
}

/** Whether a declared type (of a Drizzle customType, say) carries a collation. */
export function hasCollation(sqlType: string): boolean {
  return /\bcollate\b/i.test(sqlType);
}

/** The `cid` of a change that tells of the row's existence, not of a cell. */
export const SENTINEL = '-1';
