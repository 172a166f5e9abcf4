import type { TableSpec } from '../../model/table-spec.js';
import { block, type Fragment, list, statementText } from '../../sql/layout.js';
import { CLOCK, clock, sameKeys } from '../clock/table.js';
import { cells } from './table.js';

/** An alias that no user's table can have. */
export const CELL = 'crr_cell';

/** Conditions name the cell `crr_cell` and its clock row `crr_clock`. */
export function deleteCells(spec: TableSpec, where: Fragment): string[] {
  return [
    statementText`
      DELETE FROM ${cells(spec)}
      WHERE rowid IN (
        ${cellsWhere(spec, where)}
      )`,
  ];
}

/** Conditions name the cell `crr_cell` and its clock row `crr_clock`. */
export function updateCells(spec: TableSpec, where: Fragment, set: readonly Fragment[]): string {
  return statementText`
    UPDATE ${cells(spec)}
    SET
      ${list(set)}
    WHERE rowid IN (
      ${cellsWhere(spec, where)}
    )`;
}

const cellsWhere = (spec: TableSpec, where: Fragment) => block`
  SELECT ${CELL}.rowid
  FROM ${cells(spec)} AS ${CELL}
  LEFT JOIN ${clock(spec)} AS ${CLOCK} ON ${sameKeys(spec, CLOCK, CELL)}
  WHERE
    ${where}`;
