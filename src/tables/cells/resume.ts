import { cellTypeOf } from '../../columns/registry.js';
import type { ReplicatedColumnSpec, TableSpec } from '../../model/table-spec.js';
import { block, type Layout, list, statementText } from '../../sql/layout.js';
import { STATE_TABLE } from '../../sql/names.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import { NOTE_LOCAL_NEWS } from '../apply/table.js';
import { clock, clockKeys, sameKeys, sameRow } from '../clock/table.js';
import { isSameKey } from '../clock/write.js';
import { KEEPS_CELLS, silenceStatement } from '../state/table.js';
import { type TriggerSql, triggerSql } from '../trigger.js';
import { cells } from './table.js';

/** SQL condition on a cell: these triggers have marked it for the one that writes it next, of the same statement. */
export const IS_RESUMED = 'db_version < 0';

/**
 * A row that was evicted is created again under its key. What its counters had from this site counts on, so the row
 * shows that too: when the row itself comes back, both are one share. SQLite runs these triggers before those
 * that stamp the new row, which are made first.
 */
export function resumeTriggers(spec: TableSpec): TriggerSql[] {
  return [returnTrigger(spec), ...createTriggers(spec)];
}

/** A row that was evicted is back, and its cells that the peer had refused are news again. */
function returnTrigger(spec: TableSpec): TriggerSql {
  const ofRow = clockKeys(spec).map((key) => `${key} = new.${key}`);
  const isRefused = `${ofRow.join(' AND ')} AND db_version < 0`;
  return triggerSql(spec, 'return', {
    comment: 'a row that was evicted is back',
    on: `AFTER UPDATE OF causal_length ON ${clock(spec)}`,
    when: [
      'old.causal_length % 2 = 0',
      'new.causal_length = old.causal_length + 1',
      `(SELECT applying FROM ${STATE_TABLE}) = 1`,
      `EXISTS (SELECT 1 FROM ${cells(spec)} WHERE ${isRefused})`,
    ],
    body: [
      `UPDATE ${cells(spec)} SET db_version = new.db_version WHERE ${isRefused}`,
      NOTE_LOCAL_NEWS,
    ],
  });
}

function createTriggers(spec: TableSpec): TriggerSql[] {
  const columns = spec.cellColumns.filter((column) => cellTypeOf(column).resume !== undefined);
  if (columns.length === 0) return [];
  const base = quoteName(spec.name);
  const keys = spec.key.map(({ name }) => quoteName(name)).join(', ');
  const resume = (event: string, on: string, when: readonly string[]) =>
    triggerSql(spec, event, {
      comment: 'a row that was evicted is created again',
      on,
      when: [KEEPS_CELLS, ...when, isEvicted(spec)],
      body: resumeShares(spec, columns),
    });
  return [
    resume('resume', `AFTER INSERT ON ${base}`, []),
    ...(spec.rows === 'growOnly'
      ? []
      : [resume('resume_key', `AFTER UPDATE OF ${keys} ON ${base}`, [`NOT (${isSameKey(spec)})`])]),
  ];
}

/** Only an evicted row has cells and is not alive. */
function isEvicted(spec: TableSpec): Layout {
  return block`
    EXISTS (
      SELECT 1 FROM ${cells(spec)}
      WHERE ${sameRow(spec, '', 'new')}
    )
    AND EXISTS (
      SELECT 1 FROM ${clock(spec)}
      WHERE ${sameRow(spec, '', 'new')} AND causal_length % 2 = 0
    )`;
}

function resumeShares(spec: TableSpec, columns: readonly ReplicatedColumnSpec[]): string[] {
  const base = quoteName(spec.name);
  const names = columns.map(({ name }) => quoteText(name)).join(', ');
  const kept = ({ name }: ReplicatedColumnSpec) => block`
    FROM ${cells(spec)} AS x
    WHERE ${sameRow(spec, 'x', 'new')} AND x.column_name = ${quoteText(name)}`;
  const resumed = (column: ReplicatedColumnSpec) =>
    cellTypeOf(column).resume!.checkedValue(
      `${base}.${quoteName(column.name)}`,
      'x.value',
      `new.${quoteName(column.name)}`,
    );
  const shown = columns.map((column) => {
    const name = quoteName(column.name);
    return block`
      ${name} = ifnull(
        (
          SELECT ${resumed(column)} ${kept(column)}
        ),
        ${name}
      )`;
  });
  // Beside a base table called "new", only a query of its own sees the row that was written.
  const keyIs = spec.key.map(({ name }) => `${quoteName(name)} = (SELECT new.${quoteName(name)})`);
  return [
    silenceStatement(true),
    statementText`
      UPDATE ${base}
      SET
        ${list(shown)}
      WHERE ${keyIs.join(' AND ')}`,
    silenceStatement(false),
    statementText`
      UPDATE ${cells(spec)}
      SET db_version = -1
      WHERE
        ${sameRow(spec, '', 'new')}
        AND column_name IN (${names})`,
  ];
}

/** Drops what is kept of evicted rows: this site gets another id, under which it has added nothing yet. */
export function forgetKept(spec: TableSpec): string[] {
  if (spec.cellColumns.length === 0) return [];
  return [
    statementText`
      DELETE FROM ${cells(spec)}
      WHERE rowid IN (
        SELECT kept.rowid
        FROM ${clock(spec)} AS clock
        JOIN ${cells(spec)} AS kept ON ${sameKeys(spec, 'kept', 'clock')}
        WHERE clock.db_version = 0
      )`,
  ];
}
