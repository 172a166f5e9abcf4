import { cellTypeOf } from '../../columns/registry.js';
import type { TableSpec } from '../../model/table-spec.js';
import { block, list, statementText } from '../../sql/layout.js';
import { clockTable } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { clockKeys, sameKeys, sameRow } from '../clock/table.js';
import { DB_VERSION } from '../state/table.js';
import { dropCovered } from './log.js';
import { cells, cellsOf } from './table.js';

/** An alias that no user's table can have. */
const TOUCHED = 'crr_touched';

/**
 * Computes the base columns of all rows whose cells the running apply changed, and makes the rows known to
 * readers.
 */
export function showCellsStatements(spec: TableSpec): string[] {
  if (spec.cellColumns.length === 0) return [];
  const clock = quoteName(clockTable(spec.name));
  const base = quoteName(spec.name);
  const touched = block`
    (
      SELECT DISTINCT ${clockKeys(spec).join(', ')} FROM ${cells(spec)}
      WHERE db_version = ${DB_VERSION}
    ) AS ${TOUCHED}`;
  const shown = spec.cellColumns.map((column) => {
    const name = quoteName(column.name);
    const value = cellTypeOf(column).shown(cellsOf(spec, column, TOUCHED), `${base}.${name}`);
    return block`${name} = ${value}`;
  });
  return [
    ...dropCovered(spec),
    // A row that the merge itself touched is stamped already, and the report of the apply reads from its row_db_version
    // whether it is new.
    statementText`
      UPDATE ${clock}
      SET
        row_db_version = ifnull(row_db_version, db_version),
        db_version = ${DB_VERSION}
      FROM ${touched}
      WHERE
        ${sameKeys(spec, clock, TOUCHED)}
        AND ${clock}.db_version <> ${DB_VERSION}`,
    statementText`
      UPDATE ${base}
      SET
        ${list(shown)}
      FROM ${touched}
      WHERE ${sameRow(spec, TOUCHED, base)}`,
  ];
}
