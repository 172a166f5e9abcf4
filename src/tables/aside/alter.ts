import { cellTypeOf } from '../../columns/registry.js';
import type { TableSpec } from '../../model/table-spec.js';
import { block, list, statementText } from '../../sql/layout.js';
import { asideTable, keyOf, rivalTable } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { isSameSql } from '../../sql/same-sql.js';
import { storedText } from '../actual.js';
import { decodeSpec } from '../catalog/table.js';
import { cellsOf } from '../cells/table.js';
import { stampUnwritten } from '../clock/fill.js';
import type { Alteration } from '../module.js';
import { FORMER_STATE, filledWith, formerNames, mergedCells, UNSETTLE } from './merged.js';
import {
  aside,
  asideColumn,
  asideColumns,
  asideStatements,
  asideValue,
  createAside,
} from './table.js';

/**
 * Rows aside go on under another spec, when the base table has been altered. All of them are undecided then, and so
 * are base rows that break a constraint which is new: the next apply settles. If no constraint is left, all
 * rows are shown.
 */
export function alterAside({ table, actual, to, renamed }: Alteration): string[] {
  const stands = actual.objects.get(asideTable(table));
  const before = actual.recorded === undefined ? undefined : decodeSpec(actual.recorded);
  if (stands === undefined || before?.constraints === undefined) {
    return to.constraints === undefined ? [] : [...createAside(to), UNSETTLE];
  }
  const isSame = table === to.name && to.constraints !== undefined;
  if (isSame && isSameSql(stands, storedText(asideStatements(to)[0]!))) {
    return [...createAside(to), ...agreeOnParked(to), UNSETTLE];
  }
  const former = quoteName(`${asideTable(table)}_former`);
  return [
    `CREATE TABLE ${former} AS SELECT * FROM ${quoteName(asideTable(table))}`,
    ...[asideTable(table), rivalTable(table)].map(
      (name) => `DROP TABLE IF EXISTS ${quoteName(name)}`,
    ),
    ...(to.constraints === undefined
      ? showAll(before, to, renamed, former)
      : [...createAside(to), moveRows(before, to, renamed, former), ...agreeOnParked(to)]),
    `DROP TABLE ${former}`,
    ...(to.constraints === undefined ? [] : [UNSETTLE]),
  ];
}

/** What a migration does to the values of base rows, it does to parked ones: see src/tables/alter.ts. */
function agreeOnParked(to: TableSpec): string[] {
  const columns = [...to.key, ...to.clockColumns].map(
    ({ name }) => `${asideColumn(to, name)} AS ${quoteName(name)}`,
  );
  const parked = block`
    (
      SELECT
        ${list(columns)}
      FROM ${aside(to)}
      WHERE state IS NOT NULL
    )`;
  return to.clockColumns.flatMap((column) => {
    const value = asideValue(column.name);
    const filled = filledWith(column);
    return [
      ...(filled === undefined
        ? []
        : [`UPDATE ${aside(to)} SET ${value} = ${filled} WHERE ${value} IS NULL`]),
      ...stampUnwritten(to, column, parked),
    ];
  });
}

/** Key and cells with clocks. */
const mergedValues = (
  before: TableSpec,
  to: TableSpec,
  renamed: ReadonlyMap<string, string>,
): string[] => [
  ...to.key.map(({ name }) => `former.${quoteName(keyOf(formerNames(renamed)(name)))}`),
  ...mergedCells(before, to, renamed),
];

function fromFormer(to: TableSpec, renamed: ReadonlyMap<string, string>, former: string): string {
  const nameOf = formerNames(renamed);
  const sameKey = to.key.map(
    ({ name }) => `base.${quoteName(name)} = former.${quoteName(keyOf(nameOf(name)))}`,
  );
  return `FROM ${former} AS former LEFT JOIN ${quoteName(to.name)} AS base ON ${sameKey.join(' AND ')}`;
}

function moveRows(
  before: TableSpec,
  to: TableSpec,
  renamed: ReadonlyMap<string, string>,
  former: string,
): string {
  return statementText`
    INSERT INTO ${quoteName(asideTable(to.name))} (
      ${list([...asideColumns(to), 'state', 'was'])}
    )
    SELECT
      ${list([...mergedValues(before, to, renamed), "'open'", FORMER_STATE])}
    ${fromFormer(to, renamed, former)}`;
}

function showAll(
  before: TableSpec,
  to: TableSpec,
  renamed: ReadonlyMap<string, string>,
  former: string,
): string[] {
  const columns = [...to.key, ...to.clockColumns, ...to.cellColumns];
  const shown = to.cellColumns.map((column) =>
    cellTypeOf(column).shown(cellsOf(to, column, 'former'), column.default ?? 'NULL'),
  );
  const keys = to.key.map(({ name }) => quoteName(name));
  const values = to.clockColumns.map(
    ({ name }) => `${quoteName(name)} = excluded.${quoteName(name)}`,
  );
  return [
    statementText`
      INSERT INTO ${quoteName(to.name)} (
        ${list(columns.map(({ name }) => quoteName(name)))}
      )
      SELECT
        ${list([...mergedValues(before, to, renamed), ...shown])}
      ${fromFormer(to, renamed, former)}
      WHERE true
      ON CONFLICT (${keys.join(', ')}) DO ${values.length === 0 ? 'NOTHING' : `UPDATE SET ${values.join(', ')}`}`,
  ];
}
