import type { CrrSchema } from './schema.js';
import type { TableSpec } from './table-spec.js';

/**
 * The constraints of a CRR that its merged rows may break: what the base table shows is a function of the merged
 * rows, which ends in a state that the database accepts. See docs/constraints.md.
 */
export interface TableConstraints {
  readonly references: readonly ReferenceSpec[];
  readonly uniques: readonly UniqueSpec[];
  /** A row may have others of its own table below it, by references that hide rows: a delete may cascade to them. */
  readonly isCircular: boolean;
}

/** A foreign key to the primary key of a CRR. */
export interface ReferenceSpec {
  /** Columns of this table, in the order of the parent's key. */
  readonly columns: readonly string[];
  readonly parent: string;
  /** The parent's key. */
  readonly parentKey: readonly string[];
  /**
   * What is shown of a row whose parent is not shown: nothing (`'row'`), or NULL in the column
   * (`'column'`).
   */
  readonly hides: 'row' | 'column';
  /** The parent has constraints of its own, so it may itself be hidden. */
  readonly parentMayHide: boolean;
}

/** A unique index or constraint beside the primary key. */
export interface UniqueSpec {
  /** Of the index in the database. */
  readonly name: string;
  readonly columns: readonly string[];
  readonly loser: UniqueLoser;
}

/**
 * What is shown of a row whose values another row has: NULL in a column, the column's value with the row's key
 * behind it, or nothing.
 */
export type UniqueLoser =
  | { readonly shows: 'null' | 'suffix'; readonly column: string }
  | { readonly shows: 'nothing' };

/** The tables of a schema that have constraints. */
export const constrainedTables = ({ tables }: CrrSchema): readonly TableSpec[] =>
  [...tables.values()].filter(({ constraints }) => constraints !== undefined);

export const referencesOf = ({ constraints }: TableSpec): readonly ReferenceSpec[] =>
  constraints?.references ?? [];

export const uniquesOf = ({ constraints }: TableSpec): readonly UniqueSpec[] =>
  constraints?.uniques ?? [];

/** Columns that can show something else than their value, in the order of the table. */
export function maskableColumns(spec: TableSpec): readonly string[] {
  const names = new Set([
    ...referencesOf(spec).flatMap(({ hides, columns }) => (hides === 'column' ? columns : [])),
    ...uniquesOf(spec).flatMap(({ loser }) => (loser.shows === 'nothing' ? [] : [loser.column])),
  ]);
  return spec.clockColumns.map(({ name }) => name).filter((name) => names.has(name));
}

/** Columns whose values a unique index holds. */
export function uniqueColumns(spec: TableSpec): ReadonlySet<string> {
  return new Set(uniquesOf(spec).flatMap(({ columns }) => columns));
}

/**
 * The tables that a table is connected with by references, itself included. Because of a change in one of them, rows of
 * all of them may be shown or hidden.
 */
export function familyOf({ tables }: CrrSchema, name: string): readonly string[] {
  const family = new Set([name]);
  for (const member of family) {
    for (const spec of tables.values()) {
      for (const { parent } of referencesOf(spec)) {
        if (spec.name === member) family.add(parent);
        if (parent === member) family.add(spec.name);
      }
    }
  }
  return [...family];
}
