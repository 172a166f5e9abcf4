import { getTableColumns } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { kindOf } from '../columns/mark.js';
import type { ColumnKind, ConflictLevel, RowKind } from '../model/table-spec.js';

/** Registered, as the marks of columns are: see src/columns/mark.ts. */
const CRR = Symbol.for('drizzle-crr:table');

/**
 * What is shown of a row whose unique values another row has: NULL, the value with the row's key behind it, or
 * nothing.
 */
export type UniqueLoserKind = 'null' | 'suffix' | 'park';

/** What becomes of a merged row that the database rejects: it is parked, or its changes wait. */
export type RejectedRows = 'park' | 'wait';

/** The declarations for a table. */
export interface CrrDeclaration {
  /** The kinds of its columns, by property name. */
  readonly kinds: Readonly<Record<string, ColumnKind>>;
  /** The kind of columns for which nothing was declared; undefined = the default kind. */
  readonly others?: ColumnKind;
  /** Undefined = `'causal'`. */
  readonly rows?: RowKind;
  /** What unique indexes show of rows that lose, by the index's name. */
  readonly losers?: Readonly<Record<string, UniqueLoserKind>>;
  /** Undefined = `'park'` if the table has foreign keys, unique indexes or CHECKs, else `'wait'`. */
  readonly rejected?: RejectedRows;
  readonly history?: boolean;
  /** Undefined = `'cell'`. */
  readonly conflictLevel?: ConflictLevel;
}

/** The kinds declared for a table's columns, by property. */
export function declaredKinds(table: SQLiteTable): Record<string, ColumnKind> {
  const kinds: Record<string, ColumnKind> = {};
  for (const [property, column] of Object.entries(getTableColumns(table))) {
    const kind = kindOf(column);
    if (kind) kinds[property] = kind;
  }
  return kinds;
}

export function declareCrr(table: object, declaration: CrrDeclaration): void {
  Object.defineProperty(table, CRR, { value: declaration, configurable: true });
}

export function crrDeclaration(table: object): CrrDeclaration | undefined {
  return (table as { [CRR]?: CrrDeclaration })[CRR];
}
