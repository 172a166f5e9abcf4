import type { ColumnKind } from './table-spec.js';

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

/** Marks a column builder; the mark is on the builder itself, so `.notNull()` and the like keep it. */
export function markKind<T extends object>(builder: T, kind: ColumnKind): T {
  Object.defineProperty(builder, KIND, { value: kind, configurable: true });
  return builder;
}

export function kindOf(builder: object): ColumnKind | undefined {
  return (builder as { [KIND]?: ColumnKind })[KIND];
}

export function declareCrr(table: object, declaration: CrrDeclaration): void {
  Object.defineProperty(table, CRR, { value: declaration, configurable: true });
}

export function crrDeclaration(table: object): CrrDeclaration | undefined {
  return (table as { [CRR]?: CrrDeclaration })[CRR];
}
