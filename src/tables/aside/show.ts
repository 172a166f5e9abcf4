import { cellTypeOf } from '../../columns/registry.js';
import { uniqueColumns } from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import { all, any, block, type Fragment, list, statementText } from '../../sql/layout.js';
import { keyOf } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { cellsOf } from '../cells/table.js';
import { clockKeys } from '../clock/table.js';
import { shownValue } from './masks.js';
import { baseKey, isBaseOf } from './sql.js';
import { aside } from './table.js';

/*
 * The last step of settling: the base tables get what was decided. A row that stays as it is is not touched, so the
 * application's triggers fire only for what changes.
 */

/** All deletes come first: what one table still shows may stand in the way of another. */
export function showStatements(specs: readonly TableSpec[]): string[] {
  return [...specs.map(removeHidden), ...specs.flatMap(updateShown), ...specs.map(insertShown)];
}

/**
 * Base rows that are parked, and those that show other unique values now: they are inserted again, because an UPDATE
 * could not swap two values.
 */
function removeHidden(spec: TableSpec): string {
  const differs = spec.clockColumns
    .filter(({ name }) => uniqueColumns(spec).has(name))
    .map(({ name }) => `base.${quoteName(name)} IS NOT ${shownValue(spec, name, 'beside')}`);
  return statementText`
    DELETE FROM ${quoteName(spec.name)}
    WHERE ${baseKey(spec, quoteName(spec.name))} IN (
      SELECT ${spec.key.map(({ name }) => `base.${quoteName(name)}`).join(', ')}
      FROM ${aside(spec)} AS beside
      JOIN ${quoteName(spec.name)} AS base ON ${isBaseOf(spec, 'beside', 'base')}
      WHERE
        ${any(["beside.state <> 'open'", ...differs])}
    )`;
}

function updateShown(spec: TableSpec): string[] {
  const columns = spec.clockColumns.filter(({ name }) => !uniqueColumns(spec).has(name));
  if (columns.length === 0) return [];
  const base = quoteName(spec.name);
  const differs = columns.map(
    ({ name }) => `${base}.${quoteName(name)} IS NOT ${shownValue(spec, name, 'beside')}`,
  );
  return [
    statementText`
      UPDATE ${base}
      SET
        ${list(columns.map(({ name }) => `${quoteName(name)} = ${shownValue(spec, name, 'beside')}`))}
      FROM ${aside(spec)} AS beside
      WHERE
        ${all([
          isBaseOf(spec, 'beside', base),
          "beside.state = 'open'",
          block`
            (
              ${any(differs)}
            )`,
        ])}`,
  ];
}

function insertShown(spec: TableSpec): string {
  const columns = [...spec.key, ...spec.clockColumns, ...spec.cellColumns];
  const values: Fragment[] = [
    ...spec.key.map(({ name }) => `beside.${quoteName(keyOf(name))}`),
    ...spec.clockColumns.map(({ name }) => shownValue(spec, name, 'beside')),
    ...spec.cellColumns.map((column) =>
      cellTypeOf(column).shown(cellsOf(spec, column, 'beside'), column.default ?? 'NULL'),
    ),
  ];
  return statementText`
    INSERT INTO ${quoteName(spec.name)} (
      ${list(columns.map(({ name }) => quoteName(name)))}
    )
    SELECT
      ${list(values)}
    FROM ${aside(spec)} AS beside
    WHERE
      ${all([
        "beside.state = 'open'",
        block`
          NOT EXISTS (
            SELECT 1 FROM ${quoteName(spec.name)} AS base
            WHERE ${isBaseOf(spec, 'beside', 'base')}
          )`,
      ])}
    ORDER BY ${clockKeys(spec)
      .map((key) => `beside.${key}`)
      .join(', ')}`;
}
