import { maskableColumns, uniquesOf } from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import { all, block, list, statementText } from '../../sql/layout.js';
import { quoteName } from '../../sql/quote.js';
import { masksText } from './masks.js';
import { knownPass } from './rejected.js';
import { isBaseOf, staysOrphan } from './sql.js';
import { aside, asideValue, lost, mask } from './table.js';

/* Rows aside are opened before an apply decides about them. */

/**
 * Opens every parked row, but for those that go on lacking a parent: a partial replica may have thousands of them, and
 * they claim nothing.
 */
export function openParked(spec: TableSpec): string {
  const was = "was = CASE state WHEN 'open' THEN was ELSE state END";
  return statementText`
    UPDATE ${aside(spec)}
    SET
      ${list([...opened(spec), was, block`pass = ${knownPass(spec)}`, "error = nullif(error, '')"])}
    WHERE state > '' AND NOT ${staysOrphan(spec)}`;
}

const opened = (spec: TableSpec): string[] => [
  "state = 'open'",
  `was_masked = ${masksText(spec, aside(spec))}`,
  ...uniquesOf(spec).map((_, n) => `${lost(n)} = NULL`),
  'taken = NULL',
];

/** Opens masked rows, which are taken aside as they are merged. @param where further conditions on them, the rows `base`. */
export function openMasked(spec: TableSpec, where: readonly string[] = []): string[] {
  const row = aside(spec);
  const masks = maskableColumns(spec);
  if (masks.length === 0) return [];
  // With `+` the planner finds them by the other conditions.
  const isMaskedRow = `${where.length > 0 ? '+' : ''}${row}.state IS NULL`;
  const merged = spec.clockColumns.map(({ name }) => {
    const shown = `base.${quoteName(name)}`;
    const value = masks.includes(name)
      ? `CASE WHEN ${row}.${mask(name)} THEN ${row}.${asideValue(name)} ELSE ${shown} END`
      : shown;
    return `${asideValue(name)} = ${value}`;
  });
  return [
    statementText`
      UPDATE ${row}
      SET
        ${list([...opened(spec), 'pass = NULL', ...merged])}
      FROM ${quoteName(spec.name)} AS base
      WHERE
        ${all([isMaskedRow, isBaseOf(spec, row, 'base'), ...where])}`,
  ];
}
