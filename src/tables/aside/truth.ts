import { cellTypeOf } from '../../columns/registry.js';
import { maskableColumns } from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import { block, type Fragment, type Layout, list } from '../../sql/layout.js';
import { keyOf } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { cellsOf } from '../cells/table.js';
import { ASIDE, aside, asideKeyIs, asideValue, mask } from './table.js';

/*
 * A merged row is in the base table, or aside, or in both if the base table shows it with masks. Whoever needs
 * the merged values reads them with what is here. Of a table without constraints they are the base row's.
 */

/** LEFT JOIN of the row aside, under the alias {@link ASIDE}; nothing for a table without constraints. */
export function joinAside(spec: TableSpec, key: (name: string) => string): string {
  if (spec.constraints === undefined) return '';
  return `LEFT JOIN ${aside(spec)} AS ${ASIDE} ON ${asideKeyIs(spec, ASIDE, key)}`;
}

/** SQL of a cell's merged value, of the rows `base` and {@link ASIDE}. */
export function trueValue(spec: TableSpec, column: string, base = 'base'): string {
  const shown = `${base}.${quoteName(column)}`;
  if (spec.constraints === undefined) return shown;
  const isMasked = maskableColumns(spec).includes(column) ? ` OR ${ASIDE}.${mask(column)}` : '';
  return `CASE WHEN ${ASIDE}.state IS NOT NULL${isMasked} THEN ${ASIDE}.${asideValue(column)} ELSE ${shown} END`;
}

/** SQL condition on the rows `base` and {@link ASIDE}, which are joined: the row is in one of these tables. */
export function isThere(spec: TableSpec): string {
  const { name } = spec.key[0]!;
  const inBase = `base.${quoteName(name)} IS NOT NULL`;
  if (spec.constraints === undefined) return inBase;
  return `(${inBase} OR ${ASIDE}.${quoteName(keyOf(name))} IS NOT NULL)`;
}

/** SQL condition: the row is in the base table or aside. `key` is SQL of a key column's value. */
export function existsRow(spec: TableSpec, key: (name: string) => string): Layout {
  const isBase = spec.key.map(({ name }) => `base.${quoteName(name)} = ${key(name)}`);
  const inBase = block`
    EXISTS (
      SELECT 1 FROM ${quoteName(spec.name)} AS base
      WHERE ${isBase.join(' AND ')}
    )`;
  if (spec.constraints === undefined) return inBase;
  return block`
    (
      ${inBase}
      OR ${existsAside(spec, key)}
    )`;
}

/** SQL condition: the row is aside. */
export function existsAside(spec: TableSpec, key: (name: string) => string): Layout {
  return block`
    EXISTS (
      SELECT 1 FROM ${aside(spec)} AS ${ASIDE}
      WHERE ${asideKeyIs(spec, ASIDE, key)}
    )`;
}

/**
 * All merged rows of a table under its own name, with the columns of key and clocks, as a source for FROM.
 * Conditions that are written for the base table find the rows that are parked, too.
 */
export function trueRows(spec: TableSpec): Fragment {
  const table = quoteName(spec.name);
  if (spec.constraints === undefined) return table;
  const names = [...spec.key, ...spec.clockColumns].map(({ name }) => quoteName(name));
  const cells = spec.cellColumns.map(({ name }) => quoteName(name));
  const shown = [
    ...spec.key.map(({ name }) => `base.${quoteName(name)}`),
    ...spec.clockColumns.map(({ name }) => `${trueValue(spec, name)} AS ${quoteName(name)}`),
    ...cells.map((cell) => `base.${cell}`),
  ];
  // Nothing shows the cells of a parked row, so they are computed as they will be when it is shown.
  const parked: Fragment[] = [
    ...spec.key.map(({ name }) => `${ASIDE}.${quoteName(keyOf(name))} AS ${quoteName(name)}`),
    ...spec.clockColumns.map(({ name }) => `${ASIDE}.${asideValue(name)}`),
    ...spec.cellColumns.map((column) =>
      cellTypeOf(column).shown(cellsOf(spec, column, ASIDE), column.default ?? 'NULL'),
    ),
  ];
  const isInBase = spec.key.map(
    ({ name }) => `base.${quoteName(name)} = ${ASIDE}.${quoteName(keyOf(name))}`,
  );
  if (names.length === 0) return table;
  return block`
    (
      SELECT
        ${list(shown)}
      FROM ${table} AS base
      ${joinAside(spec, (name) => `base.${quoteName(name)}`)}
      UNION ALL
      SELECT
        ${list(parked)}
      FROM ${aside(spec)} AS ${ASIDE}
      WHERE NOT EXISTS (SELECT 1 FROM ${table} AS base WHERE ${isInBase.join(' AND ')})
    ) AS ${table}`;
}
