import { maskableColumns } from '../model/constraints.js';
import { packKey } from '../model/packed-key.js';
import type { RowId } from '../model/row-id.js';
import type { TableSpec } from '../model/table-spec.js';
import { any, block, list, statementText } from '../sql/layout.js';
import { type Query, queryRow, statement } from '../sql/statement.js';
import { masksText } from '../tables/aside/masks.js';
import { type AsideState, aside } from '../tables/aside/table.js';
import { isUnsettled } from '../tables/aside/unsettled.js';
import { keyValues, readKey } from '../tables/clock/read-key.js';
import type { MergeOutcome } from './outcome.js';

/* What is aside, and what an apply has done to it. */

/** Reads whether a table shows something else than its merged rows say: after local writes it may. */
export function readUnsettled(
  specs: readonly TableSpec[],
  read: (isAny: boolean) => void,
): Query[] {
  if (specs.length === 0) return [];
  const conditions = specs.map((spec) => block`(${isUnsettled(spec)})`);
  return [queryRow(`SELECT ${any(conditions)}`, ({ 0: found }) => read(Number(found) === 1))];
}

/** Reads whether rows are parked because the database rejects them. */
export function readAnyRejected(
  specs: readonly TableSpec[],
  read: (isAny: boolean) => void,
): Query[] {
  if (specs.length === 0) return [];
  const sql = `SELECT ${any(specs.map((spec) => `EXISTS (SELECT 1 FROM ${aside(spec)} WHERE state = 'rejected')`))}`;
  return [queryRow(sql, ({ 0: found }) => read(Number(found) === 1))];
}

/** Lists the rows that are parked or masked. */
export function listAside(spec: TableSpec, read: (row: RowId) => void): Query {
  const sql = `SELECT ${keyValues(spec).join(', ')} FROM ${aside(spec)}`;
  return {
    ...statement(sql),
    read(rows) {
      for (const row of rows) read({ table: spec.name, pk: packKey(readKey(spec, row, 0)) });
    },
  };
}

/** The rows that the apply has parked or shown, masked or unmasked. */
export function reportSettled(spec: TableSpec, outcome: MergeOutcome): Query {
  const masks = masksText(spec, aside(spec));
  const none = '0'.repeat(maskableColumns(spec).length);
  const before = `ifnull(was_masked, '${none}')`;
  const wasShown = "ifnull(was, 'new') = 'new'";
  const columns = [
    block`
      CASE
        WHEN state <> 'open' THEN 'parked'
        WHEN NOT ${wasShown} THEN 'shown'
        WHEN ${masks} > ${before} THEN 'masked'
        ELSE 'unmasked'
      END`,
    'state',
    ...keyValues(spec),
  ];
  const sql = statementText`
    SELECT
      ${list(columns)}
    FROM ${aside(spec)}
    WHERE
      state > ''
      AND (
        (state <> 'open') = (${wasShown})
        OR (state = 'open' AND ${masks} <> ${before})
      )
    ORDER BY +rowid`;
  return {
    sql,
    args: [],
    read(rows) {
      for (const row of rows) {
        const merged = { spec, key: readKey(spec, row, 2) };
        const effect = row[0] as 'parked' | 'shown' | 'masked' | 'unmasked';
        if (effect === 'parked') outcome.parked.push({ ...merged, reason: row[1] as AsideState });
        else outcome[effect].push(merged);
      }
    },
  };
}
