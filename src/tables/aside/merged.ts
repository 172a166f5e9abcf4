import { maskableColumns } from '../../model/constraints.js';
import {
  type ReplicatedColumnSpec,
  type TableSpec,
  unwrittenValue,
} from '../../model/table-spec.js';
import { list, statementText } from '../../sql/layout.js';
import { keyOf, SETTLING_TABLE } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { aside, asideKeyIs, asideValue, mask } from './table.js';

/* Rows aside as they are merged, while a migration takes them to another spec. */

/** SQL of the state that a row had at the last apply. */
export const FORMER_STATE = "CASE former.state WHEN 'open' THEN former.was ELSE former.state END";

/** The next apply decides on all rows. */
export const UNSETTLE = `UPDATE ${SETTLING_TABLE} SET settled = -1`;

/** What stands for NULL in a column that may not be NULL. */
export const filledWith = (column: ReplicatedColumnSpec) =>
  column.notNull ? unwrittenValue(column) : undefined;

/** Names of columns before, by their new ones. */
export function formerNames(renamed: ReadonlyMap<string, string>): (name: string) => string {
  const names = new Map([...renamed].map(([from, now]) => [now, from]));
  return (name) => names.get(name) ?? name;
}

/** SQL of each cell of a row aside: `former`, beside its row `base` of the altered table if it is shown. */
export function mergedCells(
  before: TableSpec,
  to: TableSpec,
  renamed: ReadonlyMap<string, string>,
): string[] {
  const nameOf = formerNames(renamed);
  const columns = new Set(before.clockColumns.map(({ name }) => name));
  const isKey = new Set(before.key.map((column) => column.name));
  const masks = new Set(maskableColumns(before));
  return to.clockColumns.map((column) => {
    const name = nameOf(column.name);
    const shown = `base.${quoteName(column.name)}`;
    // A key column may be an ordinary one under another key.
    if (isKey.has(name)) return `former.${quoteName(keyOf(name))}`;
    if (!columns.has(name)) return `ifnull(${shown}, ${column.default ?? 'NULL'})`;
    const isTrue = masks.has(name)
      ? `former.state IS NOT NULL OR former.${mask(name)}`
      : 'former.state IS NOT NULL';
    const value = `CASE WHEN ${isTrue} THEN former.${asideValue(name)} ELSE ${shown} END`;
    const filled = filledWith(column);
    return filled === undefined ? value : `ifnull(${value}, ${filled})`;
  });
}

/**
 * Makes rows aside whole, so that any column of them can become a part of the key. Before anything alters the table.
 */
export function completeAside(before: TableSpec): string[] {
  if (before.constraints === undefined || before.clockColumns.length === 0) return [];
  const row = aside(before);
  const masks = new Set(maskableColumns(before));
  const values = before.clockColumns.map(({ name }) => {
    const shown = `base.${quoteName(name)}`;
    const value = asideValue(name);
    return `${value} = ${masks.has(name) ? `CASE WHEN ${row}.${mask(name)} THEN ${row}.${value} ELSE ${shown} END` : shown}`;
  });
  return [
    statementText`
      UPDATE ${row}
      SET
        ${list(values)}
      FROM ${quoteName(before.name)} AS base
      WHERE ${row}.state IS NULL AND ${asideKeyIs(before, row, (name) => `base.${quoteName(name)}`)}`,
  ];
}
