import { clockTypeOf, isDecidedByValue } from '../../columns/registry.js';
import { versionFromWireSql } from '../../columns/versions.js';
import type { TableSpec } from '../../model/table-spec.js';
import { greaterSql } from '../../sql/compare.js';
import { any, block, type Fragment, lines } from '../../sql/layout.js';
import { quoteText } from '../../sql/quote.js';

/**
 * SQL condition: of two pending changes of one cell and life from different sites, the first would win
 * the merge. Equal ones are told apart by their sites.
 */
export function isBetterSql(spec: TableSpec, a: string, b: string): Fragment {
  const lastWrite = any([
    `${a}.col_version > ${b}.col_version`,
    block`
      ${a}.col_version = ${b}.col_version
        AND (
          ${greaterSql(`${a}.val`, `${b}.val`)}
          OR NOT ${greaterSql(`${b}.val`, `${a}.val`)} AND ${a}.site > ${b}.site
        )`,
  ]);
  const byValue = spec.clockColumns.filter(isDecidedByValue);
  if (byValue.length === 0) return lastWrite;
  const cases = byValue.map((column) => {
    const text = (row: string) => ({
      version: versionFromWireSql(column, `${row}.col_version`),
      value: `${row}.val`,
    });
    const wins = (x: string, y: string) => clockTypeOf(column).wins(column, text(x), text(y));
    return block`
      WHEN ${quoteText(column.name)} THEN
        (
          ${wins(a, b)}
        )
        OR NOT (
          ${wins(b, a)}
        )
        AND ${a}.site > ${b}.site`;
  });
  return block`
    CASE ${b}.cid
      ${lines(cases)}
      ELSE
        ${lastWrite}
    END`;
}
