import { clockTypeOf } from '../../columns/registry.js';
import type { ReplicatedColumnSpec, TableSpec } from '../../model/table-spec.js';
import { any, block, type Layout, statementText } from '../../sql/layout.js';
import { quoteName } from '../../sql/quote.js';
import { NOT_APPLYING, silenceStatement } from '../state/table.js';
import { type TriggerSql, triggerSql } from '../trigger.js';
import { cellVersionSql } from './clock.js';
import { cellClock, clock, sameRow } from './table.js';
import { hasChanged, isSameKey, localStampSql, nextCount, STATE, TAKE_SEQ } from './write.js';

/**
 * One small trigger per column: SQLite compiles only those of the columns that a statement sets.
 *
 * SQLite runs the newest trigger first. Made in reverse order they run in the columns' order, so seqs
 * are those of a row as a whole, which is the shortest way to offer a row all of whose cells changed.
 */
export function updateTriggers(spec: TableSpec): TriggerSql[] {
  return [...spec.clockColumns]
    .reverse()
    .flatMap((column) => [updateTrigger(spec, column), ...undoTrigger(spec, column)]);
}

function updateTrigger(spec: TableSpec, column: ReplicatedColumnSpec): TriggerSql {
  const type = clockTypeOf(column);
  const x = cellClock(column.name);
  const { before, after } = values(column);
  const isWrite = type.isWrite?.(column, before, after);
  // No max(): in a trigger a function call costs more than the rest of the statement.
  const next =
    type.clockTime === undefined
      ? nextCount(x)
      : `${type.clockTime.next(cellVersionSql(column.name))} - row_version`;
  return triggerSql(spec, `update_${column.name}`, {
    comment: 'one cell',
    on: `AFTER UPDATE OF ${quoteName(column.name)} ON ${quoteName(spec.name)}`,
    when: [
      isWrite === undefined
        ? hasChanged(column)
        : block`
            (
              ${any([isWrite, block`${hasChanged(column)} AND ${isOfFormerLife(spec, column)}`])}
            )`,
      NOT_APPLYING,
      isSameKey(spec),
    ],
    body: [
      TAKE_SEQ,
      statementText`
        UPDATE ${clock(spec)}
        SET
          row_db_version = ifnull(row_db_version, db_version),
          (db_version, ${x}) = (
            SELECT state.db_version, (${next}) || ${localStampSql('state.seq')}
            FROM ${STATE}
          )
        WHERE ${sameRow(spec, '', 'new')}`,
    ],
  });
}

/** Puts back the value that wins over the one that was written. */
function undoTrigger(spec: TableSpec, column: ReplicatedColumnSpec): TriggerSql[] {
  const { before, after } = values(column);
  const isUndone = clockTypeOf(column).isUndone?.(column, before, after);
  if (isUndone === undefined) return [];
  // Beside a base table called "new" or "old", only a query of its own sees the row that was written.
  const keyIs = spec.key.map(({ name }) => `${quoteName(name)} = (SELECT new.${quoteName(name)})`);
  return [
    triggerSql(spec, `undo_${column.name}`, {
      comment: 'the value before wins over the one written',
      on: `AFTER UPDATE OF ${quoteName(column.name)} ON ${quoteName(spec.name)}`,
      // SQLite runs it before the trigger that stamps the write, which is made first.
      when: [isUndone, block`NOT ${isOfFormerLife(spec, column)}`, NOT_APPLYING, isSameKey(spec)],
      body: [
        silenceStatement(true),
        statementText`
          UPDATE ${quoteName(spec.name)}
          SET ${quoteName(column.name)} = (SELECT ${before})
          WHERE ${keyIs.join(' AND ')}`,
        silenceStatement(false),
      ],
    }),
  ];
}

/** A value of a former life loses against any write of this one: there is nothing to compare a write with. */
function isOfFormerLife(spec: TableSpec, { name }: ReplicatedColumnSpec): Layout {
  return block`
    EXISTS (
      SELECT 1 FROM ${clock(spec)}
      WHERE ${sameRow(spec, '', 'new')} AND ${cellVersionSql(name)} = 0
    )`;
}

function values({ name }: ReplicatedColumnSpec) {
  return { before: `old.${quoteName(name)}`, after: `new.${quoteName(name)}` };
}
