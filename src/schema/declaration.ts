import { getTableColumns } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { CrrUsageError } from '../errors.js';
import type { ColumnKind } from '../model/table-spec.js';

/*
 * What a user declared is remembered under registered symbols: drizzle-kit loads a schema as CJS
 * while an application may load it as ESM, so two copies of this module must know each other's marks.
 */
const KIND = Symbol.for('drizzle-crr:column-kind');
const CRR = Symbol.for('drizzle-crr:table');

/** What was declared of a table: the kinds of its columns, by property name. */
export interface CrrDeclaration {
  readonly kinds: Readonly<Record<string, ColumnKind>>;
  /** The kind of columns for which nothing was declared; undefined = by version. */
  readonly others?: ColumnKind;
}

/** What a builder and its column share, whoever makes the table; `.notNull()` and the like keep it. */
interface Configured {
  readonly config: { [KIND]?: ColumnKind };
}

/** Marks a column builder. */
export function markKind<T extends object>(builder: T, kind: ColumnKind): T {
  const { config } = (builder ?? {}) as Partial<Configured>;
  if (typeof config !== 'object') {
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      "lww() and mvr() take a column of drizzle-orm/sqlite-core: mvr(text('status')), say",
    );
  }
  Object.defineProperty(config, KIND, { value: kind, configurable: true });
  return builder;
}

/** The kinds declared of a table's columns, by property. */
export function declaredKinds(table: SQLiteTable): Record<string, ColumnKind> {
  const kinds: Record<string, ColumnKind> = {};
  for (const [property, column] of Object.entries(getTableColumns(table))) {
    const kind = kindOf(column);
    if (kind) kinds[property] = kind;
  }
  return kinds;
}

/** The kind declared of a column; undefined where there is none. */
export function kindOf(column: object): ColumnKind | undefined {
  return (column as Configured).config[KIND];
}

export function declareCrr(table: object, declaration: CrrDeclaration): void {
  Object.defineProperty(table, CRR, { value: declaration, configurable: true });
}

export function crrDeclaration(table: object): CrrDeclaration | undefined {
  return (table as { [CRR]?: CrrDeclaration })[CRR];
}
