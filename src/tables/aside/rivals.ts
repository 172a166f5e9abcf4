import { uniquesOf } from '../../model/constraints.js';
import { affinityOf } from '../../model/declared-type.js';
import type { TableSpec } from '../../model/table-spec.js';
import { all, any, block, type Fragment, type Layout, statementText } from '../../sql/layout.js';
import { quoteName } from '../../sql/quote.js';
import { clock, clockKeys, sameKeys, sameRow } from '../clock/table.js';
import { deadRow, takeSeqs } from '../clock/write.js';
import { NOT_APPLYING } from '../state/table.js';
import { type TriggerSql, triggerSql } from '../trigger.js';
import { areEqual, areSet, baseKey, baseValuesOf } from './sql.js';
import { aside, hasRivals, isCircular, rivals } from './table.js';

/*
 * INSERT OR REPLACE and UPDATE OR REPLACE delete the rows that they clash with, and fire no delete trigger. So rows
 * that may go are noted before, and those that are gone get their tombstones after.
 *
 * SQLite deletes the clashing rows one by one, each with what its foreign keys delete. Triggers of this table fire
 * meanwhile, so a look may find only some of the noted rows gone, and must keep the notes of the others. If the rows
 * below a replaced one include the row that is being updated, then nothing is left to update, and the
 * UPDATE ends without its AFTER trigger: the delete of that row has to look instead. Only then does it matter which row had the new
 * key; else the updated row has that key now.
 */

export function rivalTriggers(spec: TableSpec): TriggerSql[] {
  if (!hasRivals(spec)) return [];
  const uniques = uniquesOf(spec);
  const keys = spec.key.map(({ name }) => name);
  const columns = [
    ...new Set([...uniques.flatMap((unique) => unique.columns), ...(isCircular(spec) ? keys : [])]),
  ];
  const on = `UPDATE OF ${columns.map(quoteName).join(', ')}`;
  return [
    ...(uniques.length > 0
      ? [note(spec, 'insert', { on: 'INSERT', isRival: isInsertRival(spec) })]
      : []),
    note(spec, 'update', { on, isRival: isUpdateRival(spec) }),
    look(spec, 'update', on),
    ...(isCircular(spec) ? [look(spec, 'delete', 'DELETE')] : []),
    buryTrigger(spec),
  ];
}

function note(
  spec: TableSpec,
  event: 'insert' | 'update',
  { on, isRival }: { readonly on: string; readonly isRival: Layout },
): TriggerSql {
  const table = quoteName(spec.name);
  const isAny = block`
    EXISTS (
      SELECT 1 FROM ${table} AS rival
      WHERE
        ${isRival}
    )`;
  return triggerSql(spec, `rival_${event}`, {
    comment: 'rows that OR REPLACE may delete',
    on: `BEFORE ${on} ON ${table}`,
    // An INSERT hardly ever finds one, and reads nothing else then. An UPDATE is mostly one of many in a merge.
    when: event === 'insert' ? [isAny, NOT_APPLYING] : [NOT_APPLYING, isAny],
    body: [
      // Notes of statements that have ended. (A statement that is replacing rows has lost one already.)
      statementText`
        DELETE FROM ${rivals(spec)}
        WHERE NOT ${isAnyLost(spec)}`,
      statementText`
        INSERT OR IGNORE INTO ${rivals(spec)} (${clockKeys(spec).join(', ')})
        SELECT ${spec.key.map(({ name }) => `rival.${quoteName(name)}`).join(', ')}
        FROM ${table} AS rival
        WHERE
          ${isRival}`,
    ],
  });
}

function look(spec: TableSpec, event: string, on: string): TriggerSql {
  return triggerSql(spec, `replaced_${event}`, {
    comment: 'rows that OR REPLACE has deleted',
    on: `AFTER ${on} ON ${quoteName(spec.name)}`,
    when: [isAnyNoted(spec), NOT_APPLYING],
    // The triggers that stamp the row itself may not have run yet.
    body: [dropLostNotes(spec, [`NOT (${sameRow(spec, rivals(spec), 'old')})`])],
  });
}

/**
 * Of a note that is dropped. SQLite compiles it once for all triggers that drop notes, and finds everything by key: the
 * same as a part of each of them made an insert take half as long again to compile.
 */
function buryTrigger(spec: TableSpec): TriggerSql {
  const keyIs = (row: string) => sameKeys(spec, row, 'old');
  return triggerSql(spec, 'bury', {
    comment: 'a noted row that is gone is dead',
    on: `AFTER DELETE ON ${rivals(spec)}`,
    when: [
      block`
        EXISTS (
          SELECT 1 FROM ${clock(spec)} AS clock
          WHERE ${keyIs('clock')} AND clock.causal_length % 2 = 1
        )`,
      isLostRow(spec, 'old'),
    ],
    body: [
      takeSeqs(spec),
      deadRow(spec, keyIs(clock(spec))),
      `DELETE FROM ${aside(spec)} WHERE ${keyIs(aside(spec))}`,
    ],
  });
}

/** SQL condition: rows are noted. There hardly ever are any. */
export const isAnyNoted = (spec: TableSpec) => `EXISTS (SELECT 1 FROM ${rivals(spec)})`;

/**
 * Gives tombstones to noted rows that are gone, and forgets them. To be run as a local write: by triggers, and before a merge,
 * since an UPDATE may lose its own row before it replaces others, and then nothing has looked for those.
 *
 * @param where SQL conditions on the note.
 */
export function dropLostNotes(spec: TableSpec, where: readonly Fragment[] = []): string {
  return statementText`
    DELETE FROM ${rivals(spec)}
    WHERE
      ${all([...where, hasNoBaseRow(spec, rivals(spec))])}`;
}

function isInsertRival(spec: TableSpec): Layout {
  const [key, ...others] = spec.key;
  const isOther = `${baseKey(spec, 'rival')} <> ${baseKey(spec, 'new')}`;
  // Until SQLite gives a number to a row without one, its key is -1.
  const isNumber = others.length === 0 && affinityOf(key!.sqlType) === 'integer';
  return all([
    isNumber ? `(${isOther} OR new.${quoteName(key!.name)} = -1)` : isOther,
    block`
      (
        ${any(hasNewUnique(spec))}
      )`,
  ]);
}

function isUpdateRival(spec: TableSpec): Layout {
  return all([
    `${baseKey(spec, 'rival')} <> ${baseKey(spec, 'old')}`,
    block`
      (
        ${any([
          ...hasNewUnique(spec),
          ...(isCircular(spec) ? [`${baseKey(spec, 'rival')} = ${baseKey(spec, 'new')}`] : []),
        ])}
      )`,
  ]);
}

const hasNewUnique = (spec: TableSpec) =>
  uniquesOf(spec).map((unique) => {
    const values = baseValuesOf(unique.columns, 'new');
    return `${areSet(values)} AND ${areEqual(baseValuesOf(unique.columns, 'rival'), values)}`;
  });

/** Gives living clocks a tombstone. @param where SQL condition on the clock row. */
export const bury = (spec: TableSpec, where: Fragment): string =>
  deadRow(spec, all(['causal_length % 2 = 1', where]));

/**
 * SQL condition: a row that was noted is gone and has no tombstone. (CROSS JOIN begins with the notes. The planner
 * takes both tables for equally large, and would read all clocks.)
 */
export function isAnyLost(spec: TableSpec): Layout {
  const table = clock(spec);
  return block`
    EXISTS (
      SELECT 1 FROM ${rivals(spec)} AS noted
      CROSS JOIN ${table} ON ${sameKeys(spec, 'noted', table)}
      WHERE
        ${all([`${table}.causal_length % 2 = 1`, isLostRow(spec, table)])}
    )`;
}

/**
 * SQL condition on a row with the key of a clock. OR IGNORE leaves rows noted that it has left alone, and a merge may
 * park them before anybody looks.
 */
function isLostRow(spec: TableSpec, row: string): Layout {
  return all([
    hasNoBaseRow(spec, row),
    block`
      NOT EXISTS (
        SELECT 1 FROM ${aside(spec)} AS beside
        WHERE ${sameKeys(spec, 'beside', row)} AND beside.state IS NOT NULL
      )`,
  ]);
}

/** @param row has the clock table's key columns. */
function hasNoBaseRow(spec: TableSpec, row: string): Layout {
  return block`
    NOT EXISTS (
      SELECT 1 FROM ${quoteName(spec.name)} AS base
      WHERE ${sameRow(spec, row, 'base')}
    )`;
}
