import { cellTypeOf } from '../../columns/registry.js';
import { uniqueColumns } from '../../model/constraints.js';
import type { ColumnSpec, TableSpec } from '../../model/table-spec.js';
import { all, any, block, type Fragment, list, statementText } from '../../sql/layout.js';
import { keyOf } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { cellsOf } from '../cells/table.js';
import { clock, clockKeys, sameKeys } from '../clock/table.js';
import { DB_VERSION } from '../state/table.js';
import { isMasked, shownValue } from './masks.js';
import { baseKey, isBaseOf, isKnownOrphan } from './sql.js';
import { ASIDE, aside } from './table.js';

/*
 * The last step of settling: the base tables get what was decided. A row that stays as it is is not touched, so the
 * application's triggers fire only for what changes.
 */

/**
 * All deletes come first: what one table still shows may stand in the way of another.
 *
 * @param when a further condition on the whole, without columns.
 */
export function showStatements(specs: readonly TableSpec[], when: Fragment = 'true'): string[] {
  return [
    ...specs.map((spec) => removeParked(spec, when)),
    ...specs.flatMap((spec) => [...moveUnique(spec, when), ...updateShown(spec, when)]),
    ...specs.flatMap((spec) => insertShown(spec, when)),
  ];
}

/**
 * SQL condition on a row aside: it fails the apply if the database rejects it, since it is the apply that
 * has changed it.
 */
function isToBlame(spec: TableSpec): Fragment {
  return all([
    `ifnull(${ASIDE}.was, 'new') = 'new'`,
    `NOT ${isMasked(spec, ASIDE)}`,
    block`
      EXISTS (
        SELECT 1 FROM ${clock(spec)} AS clock
        WHERE ${sameKeys(spec, 'clock', ASIDE)} AND clock.db_version = ${DB_VERSION}
      )`,
  ]);
}

function removeParked(spec: TableSpec, when: Fragment): string {
  return removeBase(spec, [
    `${ASIDE}.state > '' AND ${ASIDE}.state <> 'open'`,
    `NOT ${isKnownOrphan(ASIDE)}`,
    when,
  ]);
}

function removeBase(spec: TableSpec, where: readonly Fragment[]): string {
  return statementText`
    DELETE FROM ${quoteName(spec.name)}
    WHERE ${baseKey(spec, quoteName(spec.name))} IN (
      SELECT ${spec.key.map(({ name }) => `base.${quoteName(name)}`).join(', ')}
      FROM ${aside(spec)} AS ${ASIDE}
      CROSS JOIN ${quoteName(spec.name)} AS base ON ${isBaseOf(spec, ASIDE, 'base')}
      WHERE
        ${all(where)}
    )`;
}

/**
 * Rows that show other unique values now. An UPDATE cannot swap two values, so what is left after a second one, for
 * those that had to wait for the first, is inserted again. Only that: a delete of a row would set plain tables' references to NULL.
 */
function moveUnique(spec: TableSpec, when: Fragment): string[] {
  const columns = spec.clockColumns.filter(({ name }) => uniqueColumns(spec).has(name));
  if (columns.length === 0) return [];
  const move = update(spec, columns, { onFailure: 'OR IGNORE ', where: [when] });
  return [
    move,
    move,
    removeBase(spec, [`${ASIDE}.state = 'open'`, differs(spec, columns, 'base'), when]),
  ];
}

function updateShown(spec: TableSpec, when: Fragment): string[] {
  const columns = spec.clockColumns.filter(({ name }) => !uniqueColumns(spec).has(name));
  if (columns.length === 0) return [];
  const toBlame = isToBlame(spec);
  return [
    update(spec, columns, { onFailure: '', where: [toBlame, when] }),
    update(spec, columns, { onFailure: 'OR IGNORE ', where: [block`NOT (${toBlame})`, when] }),
  ];
}

function update(
  spec: TableSpec,
  columns: readonly ColumnSpec[],
  { onFailure, where }: { readonly onFailure: string; readonly where: readonly Fragment[] },
): string {
  const base = quoteName(spec.name);
  return statementText`
    UPDATE ${onFailure}${base}
    SET
      ${list(columns.map(({ name }) => `${quoteName(name)} = ${shownValue(spec, name, ASIDE)}`))}
    FROM ${aside(spec)} AS ${ASIDE}
    WHERE
      ${all([isBaseOf(spec, ASIDE, base), `${ASIDE}.state = 'open'`, differs(spec, columns, base), ...where])}`;
}

/** SQL condition: a base row does not show what was decided. */
function differs(spec: TableSpec, columns: readonly ColumnSpec[], base: string): Fragment {
  return block`
    (
      ${any(columns.map(({ name }) => `${base}.${quoteName(name)} IS NOT ${shownValue(spec, name, ASIDE)}`))}
    )`;
}

function insertShown(spec: TableSpec, when: Fragment): string[] {
  const columns = [...spec.key, ...spec.clockColumns, ...spec.cellColumns];
  const values: Fragment[] = [
    ...spec.key.map(({ name }) => `${ASIDE}.${quoteName(keyOf(name))}`),
    ...spec.clockColumns.map(({ name }) => shownValue(spec, name, ASIDE)),
    ...spec.cellColumns.map((column) =>
      cellTypeOf(column).shown(cellsOf(spec, column, ASIDE), column.default ?? 'NULL'),
    ),
  ];
  const insert = (onFailure: string, where: readonly Fragment[]) => statementText`
    INSERT ${onFailure}INTO ${quoteName(spec.name)} (
      ${list(columns.map(({ name }) => quoteName(name)))}
    )
    SELECT
      ${list(values)}
    FROM ${aside(spec)} AS ${ASIDE}
    WHERE
      ${all([
        `${ASIDE}.state = 'open'`,
        block`
          NOT EXISTS (
            SELECT 1 FROM ${quoteName(spec.name)} AS base
            WHERE ${isBaseOf(spec, ASIDE, 'base')}
          )`,
        ...where,
      ])}
    ORDER BY ${clockKeys(spec)
      .map((key) => `${ASIDE}.${key}`)
      .join(', ')}`;
  const toBlame = isToBlame(spec);
  return [insert('', [toBlame, when]), insert('OR IGNORE ', [block`NOT (${toBlame})`, when])];
}
