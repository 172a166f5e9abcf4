import type { TableSpec } from '../model/table-spec.js';
import { all, any, block, statementText } from '../sql/layout.js';
import { PENDING_TABLE } from '../sql/names.js';
import { quoteName } from '../sql/quote.js';
import type { Query, Statement } from '../sql/statement.js';
import { trueRows } from '../tables/aside/truth.js';
import { clock, clockKeys } from '../tables/clock/table.js';
import { fromSource, pendingKeys } from '../tables/pending/table.js';
import { type FindOptions, findOffered } from './offered-keys.js';

export interface GoneInput extends FindOptions {
  /** Whose pending changes count: the rows may wait here. */
  readonly source: string;
  /** What a row must meet to be seen; undefined: nothing. */
  readonly visible: Statement | undefined;
}

/**
 * Queries which of some rows are not here: neither alive and visible, nor deleted, nor waiting. Their reader finds out
 * alone about those that were deleted.
 */
export function readGone(
  spec: TableSpec,
  pks: readonly Uint8Array[],
  { limits, source, visible, found }: GoneInput,
): Query[] {
  const offered = spec.key.map((_, i) => `crr_pushed.column${i + 2}`);
  const sameKeys = (columns: readonly string[]) =>
    columns.map((column, i) => `${column} = ${offered[i]}`);
  const table = quoteName(spec.name);
  const isVisible =
    visible === undefined
      ? 'true'
      : block`
          EXISTS (
            SELECT 1 FROM ${trueRows(spec)}
            WHERE
              ${all([...sameKeys(spec.key.map(({ name }) => `${table}.${quoteName(name)}`)), `(${visible.sql})`])}
          )`;
  const waiting = statementText`
    SELECT ${pendingKeys(spec.key.length).join(', ')}
    FROM ${PENDING_TABLE} AS waiting
    WHERE
      ${all([
        ...fromSource('waiting', source, spec),
        ...pendingKeys(spec.key.length).map((key) => `waiting.${key} IS NOT NULL`),
      ])}`;
  const sql = (rows: string) => statementText`
    SELECT crr_pushed.column1 AS mark
    FROM (
      ${rows}
    ) AS crr_pushed
    WHERE
      NOT EXISTS (
        SELECT 1 FROM ${clock(spec)} AS clock
        WHERE
          ${all(sameKeys(clockKeys(spec).map((key) => `clock.${key}`)))}
          AND clock.db_version > 0
          AND (
            ${any(['clock.causal_length % 2 = 0', isVisible])}
          )
      )
      AND (${offered.join(', ')}) NOT IN (
        ${waiting}
      )`;
  return findOffered(pks, { limits, found }, sql, visible?.args);
}
