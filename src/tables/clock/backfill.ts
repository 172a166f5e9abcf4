import { cellTypeOf } from '../../columns/registry.js';
import {
  type ReplicatedColumnSpec,
  replicatedColumns,
  type TableSpec,
} from '../../model/table-spec.js';
import { all, block, list, statementText } from '../../sql/layout.js';
import { keyOf, STATE_TABLE } from '../../sql/names.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import { existsRow } from '../aside/truth.js';
import { neutralCellsHead } from '../cells/neutral.js';
import { cells } from '../cells/table.js';
import { takeDbVersionStatement } from '../state/table.js';
import { stampSql } from './clock.js';
import { cellClock, clock, clockKeys, sameKeys, sameRow } from './table.js';
import { seqWidth } from './write.js';

/**
 * Seqs come from the lowest bits of the rowid, so that rows follow each other in the feed and keys that are
 * times or snowflakes make small seqs. Rows may share a seq: it orders changes, and identifies none.
 */
const ROWID_BITS = 2 ** 20 - 1;

/**
 * Gives a clock to every base row that has none, as if this site had written them all in one
 * transaction: rows that were there before the table became a CRR, or were written while its
 * triggers were missing. Set-based, and nothing happens if every row has its clock.
 *
 * @param base another table with the same columns, quoted.
 */
export function backfillStatements(spec: TableSpec, base = quoteName(spec.name)): string[] {
  const keys = clockKeys(spec);
  const baseKeys = spec.key.map(({ name }) => `base.${quoteName(name)}`);
  const isMissing = block`
    NOT EXISTS (
      SELECT 1 FROM ${clock(spec)} AS clock
      WHERE ${sameRow(spec, 'clock', 'base')}
    )`;
  const firstSeq = `(base.${rowidOf(spec)} & ${ROWID_BITS}) * ${seqWidth(spec)}`;
  // The state comes by queries of its own: the base table may have columns called site or seq.
  const state = (column: string) => `(SELECT ${column} FROM ${STATE_TABLE})`;
  // As for a row that is inserted: see on-insert.ts.
  const stamp = stampSql(state('db_version'), state('site'), `(${firstSeq})`);
  const sentinel =
    spec.clockColumns.length === 0 ? stamp : `CASE WHEN ${state('birth')} > 1 THEN ${stamp} END`;
  const columns = [
    ...keys,
    ...['causal_length', 'db_version', 'row_version', 'row_site', 'row_seq', 'sentinel'],
    // Written out: a clock column that was added later has NO_CLOCK for its default.
    ...spec.clockColumns.map(({ name }) => cellClock(name)),
  ];
  const values = [
    ...baseKeys,
    ...[state('birth'), state('db_version'), '1', state('site'), `${firstSeq} + 1`, sentinel],
    ...spec.clockColumns.map(() => 'NULL'),
  ];
  return [
    takeDbVersionStatement(`EXISTS (SELECT 1 FROM ${base} AS base WHERE ${isMissing})`),
    // Before the clocks are there, which end what is missing.
    ...spec.cellColumns.map((column, i) => {
      const seq = `${firstSeq} + ${spec.clockColumns.length + i + 1}`;
      return statementText`
        ${neutralCellsHead(spec, column, { seq })}
        FROM ${base} AS base
        WHERE
          ${all([isWorthCell(column), isMissing])}`;
    }),
    // In the key's order both indexes grow at their ends, and nothing has to be sorted or numbered.
    statementText`
      INSERT INTO ${clock(spec)} (
        ${list(columns)}
      )
      SELECT
        ${list(values)}
      FROM ${base} AS base
      WHERE true
      ORDER BY ${baseKeys.join(', ')}
      ON CONFLICT DO NOTHING`,
  ];
}

/** A name for the rowid that no column of the table has taken. */
export function rowidOf(spec: TableSpec): string {
  const taken = new Set(
    [...spec.key, ...replicatedColumns(spec)].map(({ name }) => name.toLowerCase()),
  );
  return ['rowid', '_rowid_', 'oid'].find((name) => !taken.has(name)) ?? 'rowid';
}

/**
 * Makes clocks and rows agree on which rows live, as if this site had deleted and created them in one
 * transaction: rows were deleted, or created over a tombstone, while the triggers were missing.
 */
export function reconcileStatements(spec: TableSpec): string[] {
  const table = clock(spec);
  const isPresent = existsRow(spec, (name) => `${table}.${quoteName(keyOf(name))}`);
  const isGone = block`causal_length % 2 = 1 AND NOT ${isPresent}`;
  const isBack = block`causal_length % 2 = 0 AND ${isPresent}`;
  const stamp = stampSql('state.db_version', 'state.site', '0');
  const change = (causalLength: string, row: readonly string[], where: typeof isGone) => {
    const assignments = [
      `causal_length = ${causalLength}`,
      'db_version = state.db_version',
      ...row,
      `sentinel = ${stamp}`,
      ...spec.clockColumns.map(({ name }) => `${cellClock(name)} = NULL`),
    ];
    return statementText`
      UPDATE ${table}
      SET
        ${list(assignments)}
      FROM ${STATE_TABLE} AS state
      WHERE ${where}`;
  };
  const none = ['row_db_version = NULL', 'row_site = NULL', 'row_seq = NULL'];
  const whole = ['row_db_version = NULL', 'row_site = state.site', 'row_seq = 1'];
  return [
    takeDbVersionStatement(`EXISTS (SELECT 1 FROM ${table} WHERE ${isGone} OR ${isBack})`),
    change('causal_length + 1', ['row_version = 0', ...none], isGone),
    // Before the clocks live again. A row that the statement above buried has no base row, so it is not back.
    ...(spec.cellColumns.length > 0 ? [forgetKeptCells(spec)] : []),
    ...spec.cellColumns.map((column) => cellsOfRowsThatCameBack(spec, column)),
    change('max(causal_length + 1, state.birth)', ['row_version = 1', ...whole], isBack),
  ];
}

/** Nothing tells the cells that were kept of an evicted row from what was written over it without triggers. */
function forgetKeptCells(spec: TableSpec): string {
  return statementText`
    DELETE FROM ${cells(spec)}
    WHERE rowid IN (
      SELECT kept.rowid
      FROM ${clock(spec)} AS clock
      JOIN ${quoteName(spec.name)} AS base ON ${sameRow(spec, 'clock', 'base')}
      JOIN ${cells(spec)} AS kept ON ${sameKeys(spec, 'kept', 'clock')}
      WHERE clock.causal_length % 2 = 0
    )`;
}

/** A row that came back has no cells, whatever its columns show. */
function cellsOfRowsThatCameBack(spec: TableSpec, column: ReplicatedColumnSpec): string {
  return statementText`
    ${neutralCellsHead(spec, column, { seq: '0' })}
    FROM ${quoteName(spec.name)} AS base
    JOIN ${clock(spec)} AS clock ON ${sameRow(spec, 'clock', 'base')}
    WHERE
      ${all([
        'clock.causal_length % 2 = 0',
        isWorthCell(column),
        block`
          NOT EXISTS (
            SELECT 1 FROM ${cells(spec)} AS x
            WHERE ${sameKeys(spec, 'x', 'clock')} AND x.column_name = ${quoteText(column.name)}
          )`,
      ])}`;
}

const isWorthCell = (column: ReplicatedColumnSpec) =>
  cellTypeOf(column).isWorthCell(`base.${quoteName(column.name)}`);
