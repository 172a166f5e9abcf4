import { uniquesOf } from '../../model/constraints.js';
import { affinityOf } from '../../model/declared-type.js';
import type { TableSpec } from '../../model/table-spec.js';
import { all, any, block, type Fragment, type Layout, statementText } from '../../sql/layout.js';
import { quoteName } from '../../sql/quote.js';
import { clock, clockKeys, clockRowid, sameKeys, sameRow } from '../clock/table.js';
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
    // The triggers that stamp the row itself may not have run yet.
    look(spec, 'update', { on, where: [isNotOld(spec)] }),
    ...(isCircular(spec) ? [look(spec, 'delete', { on: 'DELETE', where: [isNotOld(spec)] })] : []),
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

function look(
  spec: TableSpec,
  event: string,
  { on, where }: { readonly on: string; readonly where: readonly Fragment[] },
): TriggerSql {
  return triggerSql(spec, `replaced_${event}`, {
    comment: 'rows that OR REPLACE has deleted',
    on: `AFTER ${on} ON ${quoteName(spec.name)}`,
    when: [isAnyLost(spec, where), NOT_APPLYING],
    body: [takeSeqs(spec), ...buryLost(spec, where)],
  });
}

/** SQL conditions: an INSERT has replaced a row that was noted. Its trigger runs {@link buryReplaced}. */
export function hasReplaced(spec: TableSpec): Layout | undefined {
  if (uniquesOf(spec).length === 0) return undefined;
  // There are hardly ever notes, and a closer look opens four tables.
  return all([`EXISTS (SELECT 1 FROM ${rivals(spec)})`, isAnyLost(spec)]);
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
 * Gives tombstones to rows that nothing has looked for: an UPDATE may lose its own row before it replaces others. To be run
 * as a local write.
 */
export function buryReplaced(spec: TableSpec): string[] {
  if (!hasRivals(spec)) return [];
  return [
    statementText`
      ${takeSeqs(spec)}
      WHERE
        ${isAnyLost(spec)}`,
    ...buryLost(spec),
  ];
}

function buryLost(spec: TableSpec, where: readonly Fragment[] = []): string[] {
  // Found from the notes, so that the whole table is not read.
  const isNoted = (table: string, rowid: string) => block`
    ${table}.${rowid} IN (
      SELECT ${table}.${rowid}
      FROM ${rivals(spec)} AS noted
      CROSS JOIN ${table} ON ${sameKeys(spec, 'noted', table)}
    )`;
  return [
    bury(
      spec,
      all([...where, isNoted(clock(spec), clockRowid(spec)), isLostRow(spec, clock(spec))]),
    ),
    statementText`
      DELETE FROM ${aside(spec)}
      WHERE
        ${all(['state IS NULL', isNoted(aside(spec), 'rowid'), hasNoBaseRow(spec, aside(spec))])}`,
    statementText`
      DELETE FROM ${rivals(spec)}
      WHERE
        ${hasNoBaseRow(spec, rivals(spec))}`,
  ];
}

/**
 * SQL condition: a row that was noted is gone and has no tombstone. (CROSS JOIN begins with the notes. The planner
 * takes both tables for equally large, and would read all clocks.) @param where conditions on the clock row. */
export function isAnyLost(spec: TableSpec, where: readonly Fragment[] = []): Layout {
  const table = clock(spec);
  return block`
    EXISTS (
      SELECT 1 FROM ${rivals(spec)} AS noted
      CROSS JOIN ${table} ON ${sameKeys(spec, 'noted', table)}
      WHERE
        ${all([`${table}.causal_length % 2 = 1`, ...where, isLostRow(spec, table)])}
    )`;
}

/**
 * SQL condition on a clock row. OR IGNORE leaves rows noted that it has left alone, and a merge may park them before
 * anybody looks.
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

const isNotOld = (spec: TableSpec) => `NOT (${sameRow(spec, clock(spec), 'old')})`;
