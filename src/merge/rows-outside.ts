import type { TableSpec } from '../model/table-spec.js';
import { all, type Fragment, statementText } from '../sql/layout.js';
import { quoteName } from '../sql/quote.js';
import type { Query, Statement } from '../sql/statement.js';
import { trueRows } from '../tables/aside/truth.js';
import { type FindOptions, findOffered } from './offered-keys.js';

/**
 * The rows of a list that exist in a table, shown or not, and do not meet a condition.
 *
 * @param rows `VALUES` or a `SELECT` with a mark of each row as `column1`, and its key as `column2` and so on.
 * The query returns the marks as `mark`.
 * @param condition a condition as Drizzle renders it: it names columns by the table's own name, so
 * the table has no alias.
 * @param more further conditions on the table's rows.
 */
export function rowsOutsideSql(
  spec: TableSpec,
  rows: Fragment,
  condition: string,
  more: readonly Fragment[] = [],
): string {
  const table = quoteName(spec.name);
  const sameKey = spec.key.map(
    ({ name }, i) => `${table}.${quoteName(name)} = crr_pushed.column${i + 2}`,
  );
  return statementText`
    SELECT crr_pushed.column1 AS mark
    FROM (
      ${rows}
    ) AS crr_pushed
    JOIN ${trueRows(spec)}
      ON ${all(sameKey)}
    WHERE
      ${all([`(${condition}) IS NOT TRUE`, ...more])}`;
}

/** Queries which of some rows exist in a table, shown or not, and do not meet a condition. */
export function readRowsOutside(
  spec: TableSpec,
  pks: readonly Uint8Array[],
  condition: Statement,
  options: FindOptions,
): Query[] {
  const sql = (rows: string) => rowsOutsideSql(spec, rows, condition.sql);
  return findOffered(pks, options, sql, condition.args);
}
