import { uniquesOf } from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import { all, any, block, type Fragment, statementText } from '../../sql/layout.js';
import { quoteName } from '../../sql/quote.js';
import { clock, clockKeys, sameKeys, sameRow } from '../clock/table.js';
import { deadRow, takeSeqs } from '../clock/write.js';
import { NOT_APPLYING } from '../state/table.js';
import { type TriggerSql, triggerSql } from '../trigger.js';
import { areEqual, areSet, baseKey, baseValuesOf } from './sql.js';
import { aside, rivals } from './table.js';

/**
 * INSERT OR REPLACE and UPDATE OR REPLACE delete the rows that have the same unique values, and fire no delete
 * trigger. So rows that may go are noted before, and those that are gone get their tombstones after. A statement that
 * has replaced one may have lost its own row to a foreign key's action, so deletes look as well.
 */
export function rivalTriggers(spec: TableSpec): TriggerSql[] {
  const uniques = uniquesOf(spec);
  if (uniques.length === 0) return [];
  const table = quoteName(spec.name);
  const columns = [...new Set(uniques.flatMap((unique) => unique.columns))]
    .map(quoteName)
    .join(', ');
  const isRival = (self: string) =>
    all([
      `${baseKey(spec, 'rival')} <> ${baseKey(spec, self)}`,
      block`
        (
          ${any(
            uniques.map((unique) => {
              const values = baseValuesOf(unique.columns, 'new');
              return `${areSet(values)} AND ${areEqual(baseValuesOf(unique.columns, 'rival'), values)}`;
            }),
          )}
        )`,
    ]);
  const note = (event: string, on: string, self: string) =>
    triggerSql(spec, `rival_${event}`, {
      comment: 'rows that OR REPLACE may delete',
      on: `BEFORE ${on} ON ${table}`,
      when: [
        NOT_APPLYING,
        block`
          EXISTS (
            SELECT 1 FROM ${table} AS rival
            WHERE
              ${isRival(self)}
          )`,
      ],
      body: [
        statementText`
          INSERT OR IGNORE INTO ${rivals(spec)} (${clockKeys(spec).join(', ')})
          SELECT ${spec.key.map(({ name }) => `rival.${quoteName(name)}`).join(', ')}
          FROM ${table} AS rival
          WHERE
            ${isRival(self)}`,
      ],
    });
  const look = (event: string, on: string) =>
    triggerSql(spec, `replaced_${event}`, {
      comment: 'rows that OR REPLACE has deleted',
      on: `AFTER ${on} ON ${table}`,
      when: [NOT_APPLYING, `EXISTS (SELECT 1 FROM ${rivals(spec)})`],
      body: [
        takeSeqs(spec),
        bury(spec, all([isReplaced(spec, clock(spec)), isNotParked(spec)])),
        forgetReplaced(spec),
        `DELETE FROM ${rivals(spec)}`,
      ],
    });
  return [
    note('insert', 'INSERT', 'new'),
    note('update', `UPDATE OF ${columns}`, 'old'),
    look('insert', 'INSERT'),
    look('update', `UPDATE OF ${columns}`),
    look('delete', 'DELETE'),
  ];
}

/** Gives living clocks a tombstone. @param where SQL condition on the clock row. */
export const bury = (spec: TableSpec, where: Fragment): string =>
  deadRow(spec, all(['causal_length % 2 = 1', where]));

function forgetReplaced(spec: TableSpec): string {
  return statementText`
    DELETE FROM ${aside(spec)}
    WHERE
      ${all(['state IS NULL', isReplaced(spec, aside(spec))])}`;
}

/**
 * SQL condition on a clock row. OR IGNORE leaves rows noted that it has left alone, and a merge may park them before
 * anybody looks.
 */
function isNotParked(spec: TableSpec): Fragment {
  return block`
    NOT EXISTS (
      SELECT 1 FROM ${aside(spec)} AS beside
      WHERE ${sameKeys(spec, 'beside', clock(spec))} AND beside.state IS NOT NULL
    )`;
}

/** SQL condition: the row was noted, and is gone. `row` has the clock table's key columns. */
function isReplaced(spec: TableSpec, row: string): Fragment {
  return all([
    block`
      EXISTS (
        SELECT 1 FROM ${rivals(spec)} AS rival
        WHERE ${sameKeys(spec, 'rival', row)}
      )`,
    block`
      NOT EXISTS (
        SELECT 1 FROM ${quoteName(spec.name)} AS base
        WHERE ${sameRow(spec, row, 'base')}
      )`,
  ]);
}
