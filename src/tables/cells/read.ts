import { cellTypeOf } from '../../columns/registry.js';
import type { ReplicatedColumnSpec, TableSpec } from '../../model/table-spec.js';
import { any, block, type Fragment, type Layout, list, statementText } from '../../sql/layout.js';
import { GUARD_TABLE, STATE_TABLE } from '../../sql/names.js';
import { quoteText } from '../../sql/quote.js';
import { clockKeys, sameKeys } from '../clock/table.js';
import { isRememberedSql } from '../former/table.js';
import { DB_VERSION } from '../state/table.js';
import { cells, cellsOf } from './table.js';

/** A cell under this site's id that is new to this site was never issued by it. */
export function guardForgedCells(spec: TableSpec): string {
  // A mark on a register's cell is made by whoever overwrote the value, not by its writer.
  const marks = spec.cellColumns.flatMap((column) => {
    const { isMarkSql } = cellTypeOf(column);
    if (isMarkSql === undefined) return [];
    return [`cell.column_name = ${quoteText(column.name)} AND cell.${isMarkSql}`];
  });
  const remembered = spec.cellColumns.map(
    ({ name }) => block`
      cell.column_name = ${quoteText(name)}
        AND ${isRememberedSql(spec.name, name)}`,
  );
  return statementText`
    INSERT INTO ${GUARD_TABLE} (reason)
    SELECT 'forged'
    FROM ${STATE_TABLE} AS state
    JOIN ${cells(spec)} AS cell ON cell.db_version = state.db_version
    WHERE
      cell.site = state.site
      AND NOT (
        ${any(marks)}
      )
      AND (
        ${any(remembered)}
      )
    LIMIT 1`;
}

/** SQL that counts the cells of the clock row `row` that the running apply won. */
export function cellsWonSql(spec: TableSpec, row: string): Layout {
  // The plus keeps the index on db_version out: in an apply all cells have one db_version.
  return block`
    (
      SELECT count(*) FROM ${cells(spec)} AS x
      WHERE ${sameKeys(spec, 'x', row)} AND +x.db_version = ${row}.db_version
    )`;
}

/**
 * Rows of a column whose value is not the sum of its cells, among those that the running apply
 * changed; undefined if that cannot happen in this column.
 *
 * @param key the columns that hand out the key.
 */
export function inexactRowsStatement(
  spec: TableSpec,
  column: ReplicatedColumnSpec,
  key: readonly Fragment[],
): string | undefined {
  const isInexact = cellTypeOf(column).isInexact?.(cellsOf(spec, column, 'touched'));
  if (isInexact === undefined) return undefined;
  const keys = clockKeys(spec);
  return statementText`
    SELECT
      ${list(key)}
    FROM (
      SELECT DISTINCT ${keys.join(', ')} FROM ${cells(spec)}
      WHERE db_version = ${DB_VERSION} AND column_name = ${quoteText(column.name)}
    ) AS touched
    WHERE ${isInexact}`;
}
