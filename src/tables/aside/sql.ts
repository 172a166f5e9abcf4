import {
  maskableColumns,
  type ReferenceSpec,
  type UniqueSpec,
  uniquesOf,
} from '../../model/constraints.js';
import { affinityOf } from '../../model/declared-type.js';
import type { ColumnSpec, TableSpec } from '../../model/table-spec.js';
import { block, type Layout } from '../../sql/layout.js';
import { asideTable, keyOf } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { aside, asideColumn, asideKeyIs, asideValue, lost, mask } from './table.js';

/*
 * Parts of the SQL that settles. `row` is an alias of a row aside, `base` one of a base row.
 */

/** A row aside has the key of the base row. */
export const isBaseOf = (spec: TableSpec, row: string, base: string) =>
  asideKeyIs(spec, row, (name) => `${base}.${quoteName(name)}`);

/** A base row is not aside, so it is shown as it is merged. */
export function isPlain(spec: TableSpec, base: string): Layout {
  return block`
    NOT EXISTS (
      SELECT 1 FROM ${aside(spec)} AS beside
      WHERE ${isBaseOf(spec, 'beside', base)}
    )`;
}

/** Two rows aside have the same key. */
export const sameAside = (spec: TableSpec, a: string, b: string) =>
  asideKeyIs(spec, a, (name) => `${b}.${quoteName(keyOf(name))}`);

/** The key as a row value, or a plain value. `of` gives the column. */
export function keyTuple(spec: TableSpec, of: (name: string) => string): string {
  const values = spec.key.map(({ name }) => of(name));
  return values.length === 1 ? values[0]! : `(${values.join(', ')})`;
}

export const asideKey = (spec: TableSpec, row: string) =>
  keyTuple(spec, (name) => `${row}.${quoteName(keyOf(name))}`);

export const baseKey = (spec: TableSpec, base: string) =>
  keyTuple(spec, (name) => `${base}.${quoteName(name)}`);

/** The values of a reference, or a unique index, of a row aside. */
export const valuesOf = (spec: TableSpec, columns: readonly string[], row: string) =>
  columns.map((name) => `${row}.${asideColumn(spec, name)}`);

/** The same of a base row. */
export const baseValuesOf = (columns: readonly string[], base: string) =>
  columns.map((name) => `${base}.${quoteName(name)}`);

export const areSet = (values: readonly string[]) =>
  values.map((value) => `${value} IS NOT NULL`).join(' AND ');

export const areEqual = (a: readonly string[], b: readonly string[]) =>
  a.map((value, i) => `${value} = ${b[i]}`).join(' AND ');

/** SQL condition: a base row of the parent has this key. */
export function isShownParent(reference: ReferenceSpec, values: readonly string[]): Layout {
  return block`
    EXISTS (
      SELECT 1 FROM ${quoteName(reference.parent)} AS parent
      WHERE ${areEqual(baseValuesOf(reference.parentKey, 'parent'), values)}
    )`;
}

/** SQL condition: while settling, the parent is shown as far as is known. */
export function isParentThere(reference: ReferenceSpec, values: readonly string[]): Layout {
  if (!reference.parentMayHide) return isShownParent(reference, values);
  const parents = quoteName(asideTable(reference.parent));
  const key = reference.parentKey.map((name) => `hidden.${quoteName(keyOf(name))}`);
  return block`
    CASE (
        SELECT hidden.state = 'open' FROM ${parents} AS hidden
        WHERE ${areEqual(key, values)}
      )
      WHEN 1 THEN 1
      WHEN 0 THEN 0
      ELSE ${isShownParent(reference, values)}
    END`;
}

/** SQL condition: another row has the values of the unique index. */
export const hasLost = (unique: number, row: string) => `${row}.${lost(unique)} IS NOT NULL`;

/**
 * SQL of what a masked column shows. A suffix contains the key in a text that no other key of the table has and
 * in which `~` only separates, so no two rows show the same.
 */
export function maskedValue(
  spec: TableSpec,
  column: string,
  value: string,
  keyValue: (name: string) => string,
): string {
  const isSuffix = uniquesOf(spec).some(
    ({ loser }) => loser.shows === 'suffix' && loser.column === column,
  );
  if (!isSuffix) return 'NULL';
  const parts = spec.key.map((key) => `'~' || ${keyText(key, keyValue(key.name))}`);
  return `${value} || ${parts.join(' || ')}`;
}

function keyText({ sqlType }: ColumnSpec, value: string): string {
  switch (affinityOf(sqlType)) {
    case 'text':
      return `replace(replace(${value}, '%', '%25'), '~', '%7E')`;
    case 'integer':
      return value;
    default:
      return `replace(replace(quote(${value}), '%', '%25'), '~', '%7E')`;
  }
}

/** SQL of what the base table shows of a cell of a row aside. */
export function shownValue(spec: TableSpec, column: string, row: string): string {
  const value = `${row}.${asideValue(column)}`;
  if (!maskableColumns(spec).includes(column)) return value;
  const masked = maskedValue(spec, column, value, (name) => `${row}.${quoteName(keyOf(name))}`);
  return `CASE WHEN ${row}.${mask(column)} THEN ${masked} ELSE ${value} END`;
}

/** The masks of a row aside as one text. */
export function masksText(spec: TableSpec, row: string): string {
  const masks = maskableColumns(spec).map((name) => `ifnull(${row}.${mask(name)}, 0)`);
  return masks.length === 0 ? "''" : masks.join(' || ');
}

/** SQL condition: a mask of the row is set. */
export function isMasked(spec: TableSpec, row: string): string {
  const masks = maskableColumns(spec).map((name) => `ifnull(${row}.${mask(name)}, 0)`);
  return masks.length === 0 ? 'false' : `(${masks.join(' OR ')})`;
}

/** A row that is moved aside: SELECT of its key and cells from the base row. */
export const baseRow = (spec: TableSpec, base: string) => [
  ...spec.key.map(({ name }) => `${base}.${quoteName(name)}`),
  ...spec.clockColumns.map(({ name }) => `${base}.${quoteName(name)}`),
];

/** What a unique index shows instead of the values of a loser; undefined if it shows nothing, or NULL. */
export function suffixedTuple(
  spec: TableSpec,
  { columns, loser }: UniqueSpec,
  value: (column: string) => string,
  keyValue: (name: string) => string,
): string[] | undefined {
  if (loser.shows !== 'suffix') return undefined;
  return columns.map((column) =>
    column === loser.column ? maskedValue(spec, column, value(column), keyValue) : value(column),
  );
}
