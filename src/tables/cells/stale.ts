import { NEUTRAL_ORDINAL } from '../../model/site.js';
import type { ReplicatedColumnSpec, TableSpec } from '../../model/table-spec.js';
import type { SqlValue } from '../../model/value.js';
import { block, type Layout, list, statementText } from '../../sql/layout.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import type { Query } from '../../sql/statement.js';
import { keyValues, readKey } from '../clock/read-key.js';
import { clock, sameKeys, sameRow } from '../clock/table.js';
import { NOTED, OUTDONE, UNSENT } from './plain-text.js';
import { cells } from './table.js';

/**
 * Rows changed after a db_version whose column does not show its document: others have written to it, or a write by SQL
 * is not in it, or the row was not in its table for a while.
 */
export function staleRows(
  spec: TableSpec,
  column: ReplicatedColumnSpec,
  since: number,
  read: (key: SqlValue[]) => void,
): Query {
  const ofRow = (alias: string): Layout => block`
    FROM ${cells(spec)} AS ${alias}
    WHERE ${sameKeys(spec, alias, 'clock')} AND ${alias}.column_name = ${quoteText(column.name)}`;
  const sql = statementText`
    SELECT
      ${list(keyValues(spec, 'clock'))}
    FROM ${clock(spec)} AS clock
    JOIN ${quoteName(spec.name)} AS base ON ${sameRow(spec, 'clock', 'base')}
    WHERE
      clock.db_version > ${since}
      AND clock.causal_length % 2 = 1
      AND (
        EXISTS (
          SELECT 1 ${ofRow('x')}
            AND CASE x.site WHEN ${NEUTRAL_ORDINAL} THEN x.base_version IN (${NOTED}, ${UNSENT}, ${OUTDONE}) ELSE x.base_value IS NULL END
        )
        OR base.${quoteName(column.name)} IS NULL AND EXISTS (
          SELECT 1 ${ofRow('x')} AND x.site <> ${NEUTRAL_ORDINAL}
        )
      )`;
  return {
    sql,
    args: [],
    read(rows) {
      for (const row of rows) read(readKey(spec, row, 0));
    },
  };
}
