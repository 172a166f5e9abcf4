/**
 * A CRR as plain data: everything that the SQL writers and the readers of changes need to know of
 * a table, and nothing of Drizzle. Names are those in the database.
 */
export interface TableSpec {
  readonly name: string;
  /** Key columns in the order of the primary key, which is their order in a packed key. */
  readonly key: readonly ColumnSpec[];
  /** Replicated columns outside the key, in the order of the table. Generated columns are absent. */
  readonly columns: readonly ReplicatedColumnSpec[];
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
export type ColumnKind = { readonly type: 'lww' };

/** The kind of a column for which nothing was declared. */
export const DEFAULT_KIND: ColumnKind = { type: 'lww' };

/** Columns that a new row cannot do without: it waits in the pending table until they are there. */
export function requiredColumns(spec: TableSpec): readonly ReplicatedColumnSpec[] {
  return spec.columns.filter((column) => column.notNull && column.default === undefined);
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
