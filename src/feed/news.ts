import type { TableSpec } from '../model/table-spec.js';
import { list, statementText } from '../sql/layout.js';
import { type Query, queryRow } from '../sql/statement.js';
import { clock } from '../tables/clock/table.js';

/** The narrowest results that an engine takes have so many columns. */
const TABLES_PER_STATEMENT = 100;

/**
 * Reads the greatest db_version of each table's rows, 0 if it has none: by an index, and a thirtieth of the
 * compiling that the rows themselves cost.
 */
export function readNewest(
  specs: readonly TableSpec[],
  found: (spec: TableSpec, newest: number) => void,
): Query[] {
  const queries: Query[] = [];
  for (let from = 0; from < specs.length; from += TABLES_PER_STATEMENT) {
    const some = specs.slice(from, from + TABLES_PER_STATEMENT);
    const columns = some.map(
      (spec, i) => `ifnull((SELECT max(db_version) FROM ${clock(spec)}), 0) AS newest_${i}`,
    );
    const sql = statementText`
      SELECT
        ${list(columns)}`;
    queries.push(
      queryRow(sql, (row) => {
        some.forEach((spec, i) => {
          found(spec, Number(row[i]));
        });
      }),
    );
  }
  return queries;
}
