import type { TableSpec } from '../model/table-spec.js';
import { quoteName } from './quote.js';

/**
 * Which of the given rows exist in a table and do not meet a condition.
 *
 * @param rows `VALUES` of an index and the key of each row; the query returns the indexes.
 * @param condition names columns as Drizzle does, by the table's own name, so that needs no alias.
 */
export function rowsOutsideSql(spec: TableSpec, rows: string, condition: string): string {
  const table = quoteName(spec.name);
  const sameKey = spec.key.map(
    ({ name }, i) => `${table}.${quoteName(name)} = pushed.column${i + 2}`,
  );
  return `SELECT pushed.column1
FROM (
  ${rows}
) AS pushed
JOIN ${table} ON ${sameKey.join(' AND ')}
WHERE (${condition}) IS NOT TRUE`;
}
