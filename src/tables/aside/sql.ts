import { type ReferenceSpec, referencesOf } from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import { all, any, block, type Layout, list } from '../../sql/layout.js';
import { asideTable, keyOf } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { aside, asideColumn, asideColumns, asideKeyIs } from './table.js';
import { existsAside } from './truth.js';

/*
 * Parts of the SQL that settles. `row` is an alias of a row aside, `base` one of a base row.
 */

/** A row aside has the key of the base row. */
export const isBaseOf = (spec: TableSpec, row: string, base: string) =>
  asideKeyIs(spec, row, (name) => `${base}.${quoteName(name)}`);

/** A base row is aside, too: it is masked, or undecided. */
export const isAside = (spec: TableSpec, base: string): Layout =>
  existsAside(spec, (name) => `${base}.${quoteName(name)}`);

/** A base row is not aside, so it is shown as it is merged. */
export function isPlain(spec: TableSpec, base: string): Layout {
  return block`NOT ${isAside(spec, base)}`;
}

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

/** SQL condition: it refers to a row that the base table does not have. */
export const lacksShownParent = (reference: ReferenceSpec, values: readonly string[]): Layout =>
  block`(${areSet(values)} AND NOT ${isShownParent(reference, values)})`;

/** SQL condition: while settling, it refers to a row that is not shown as far as is known. */
export const lacksParent = (reference: ReferenceSpec, values: readonly string[]): Layout =>
  block`(${areSet(values)} AND NOT ${isParentThere(reference, values)})`;

/** SQL condition: while settling, the parent is shown as far as is known. */
function isParentThere(reference: ReferenceSpec, values: readonly string[]): Layout {
  if (!reference.parentMayHide) return isShownParent(reference, values);
  return block`
    CASE (
        SELECT hidden.state = 'open' ${fromParentsAside(reference, values)}
      )
      WHEN 1 THEN 1
      WHEN 0 THEN 0
      ELSE ${isShownParent(reference, values)}
    END`;
}

/** SQL condition: a row aside lost its parent before, and that one has not come: it stays as it is. */
export function staysOrphan(spec: TableSpec): Layout {
  const row = aside(spec);
  const isLacking = referencesOf(spec)
    .filter(({ hides }) => hides === 'row')
    .map((reference) => {
      const values = valuesOf(spec, reference.columns, row);
      const isThere = [isShownParent(reference, values), ...isParentAside(reference, values)];
      return block`(${areSet(values)} AND NOT (${any(isThere)}))`;
    });
  if (isLacking.length === 0) return block`false`;
  return block`
    (
      ${all([isKnownOrphan(row), block`(${any(isLacking)})`])}
    )`;
}

function isParentAside(reference: ReferenceSpec, values: readonly string[]): Layout[] {
  if (!reference.parentMayHide) return [];
  return [
    block`
      EXISTS (
        SELECT 1 ${fromParentsAside(reference, values)}
      )`,
  ];
}

/** FROM and WHERE of the parent, `hidden`, if it is aside. */
function fromParentsAside(reference: ReferenceSpec, values: readonly string[]): Layout {
  const key = reference.parentKey.map((name) => `hidden.${quoteName(keyOf(name))}`);
  return block`
    FROM ${quoteName(asideTable(reference.parent))} AS hidden
    WHERE ${areEqual(key, values)}`;
}

/** SQL condition: the row was parked by an earlier apply since it lacks a parent, and was not opened again. */
export const isKnownOrphan = (row: string) =>
  `(${row}.state IS 'reference' AND ${row}.was IS 'reference' AND ${row}.pass IS 0)`;

/** A row that is moved aside: SELECT of its key and cells from the base row. */
export const baseRow = (spec: TableSpec, base: string) => [
  ...spec.key.map(({ name }) => `${base}.${quoteName(name)}`),
  ...spec.clockColumns.map(({ name }) => `${base}.${quoteName(name)}`),
];

/** INSERT of base rows, the rows `base`, which are undecided then. To be followed by FROM. */
export function moveAside(spec: TableSpec): Layout {
  return block`
    INSERT OR IGNORE INTO ${aside(spec)} (
      ${list([...asideColumns(spec), 'state'])}
    )
    SELECT
      ${list([...baseRow(spec, 'base'), "'open'"])}`;
}
