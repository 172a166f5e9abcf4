import type { TableSpec } from '../model/table-spec.js';
import { all, statementText } from './layout.js';
import { quoteName } from './quote.js';

/**
 * The rows of a list that exist in a table and do not meet a condition.
 *
 * @param rows `VALUES` with an index and the key of each row. The query returns indexes.
 * @param condition a condition as Drizzle renders it: it names columns by the table's own name, so
 * the table has no alias.
 */
export function rowsOutsideSql(spec: TableSpec, rows: string, condition: string): string {
  const table = quoteName(spec.name);
  const sameKey = spec.key.map(
    ({ name }, i) => `${table}.${quoteName(name)} = pushed.column${i + 2}`,
  );
  return statementText`
    SELECT pushed.column1
    FROM (
      ${rows}
    ) AS pushed
    JOIN ${table}
      ON ${all(sameKey)}
    WHERE (${condition}) IS NOT TRUE
  `;
}
