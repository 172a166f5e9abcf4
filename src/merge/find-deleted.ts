import type { TableSpec } from '../model/table-spec.js';
import { all, statementText } from '../sql/layout.js';
import type { Query } from '../sql/statement.js';
import { clock, clockKeys } from '../tables/clock/table.js';
import { type FindOptions, findOffered } from './offered-keys.js';

/** Queries which of some rows were deleted. */
export function findDeleted(
  spec: TableSpec,
  pks: readonly Uint8Array[],
  options: FindOptions,
): Query[] {
  const sameKey = clockKeys(spec).map((key, i) => `clock.${key} = crr_asked.column${i + 2}`);
  const sql = (rows: string) => statementText`
    SELECT crr_asked.column1 AS mark
    FROM (
      ${rows}
    ) AS crr_asked
    JOIN ${clock(spec)} AS clock
      ON ${all(sameKey)}
    WHERE clock.causal_length % 2 = 0`;
  return findOffered(pks, options, sql);
}
