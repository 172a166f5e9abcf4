import type { TableSpec } from '../../model/table-spec.js';
import { all, statementText } from '../../sql/layout.js';
import { clockIndex, clockTable, keyOf, STATE_TABLE } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { cellVersionSql, NO_CLOCK, stampSql } from './clock.js';
import { cellClock, clockIndexStatement } from './table.js';

/** Gives a clock table the new name of its base table. Its index is created again, because SQLite cannot rename an index. */
export function renameClockTable(from: string, to: TableSpec): string[] {
  return [
    `ALTER TABLE ${quoteName(clockTable(from))} RENAME TO ${quoteName(clockTable(to.name))}`,
    `DROP INDEX IF EXISTS ${quoteName(clockIndex(from))}`,
    clockIndexStatement(to),
  ];
}

/** A renamed column keeps its versions. */
export function renameClockColumn(table: string, from: string, to: string): string {
  return renameColumn(table, cellClock(from), cellClock(to));
}

export function renameClockKey(table: string, from: string, to: string): string {
  return renameColumn(table, quoteName(keyOf(from)), quoteName(keyOf(to)));
}

function renameColumn(table: string, from: string, to: string): string {
  return `ALTER TABLE ${quoteName(clockTable(table))} RENAME COLUMN ${from} TO ${to}`;
}

/** Adds a column's clocks in O(1): rows that are there get "no clock", not a version. */
export function addClockColumn(table: string, column: string): string {
  return `ALTER TABLE ${quoteName(clockTable(table))} ADD COLUMN ${cellClock(column)} TEXT DEFAULT ${NO_CLOCK}`;
}

/** A dropped column loses its versions. */
export function dropClockColumn(table: string, column: string): string {
  return `ALTER TABLE ${quoteName(clockTable(table))} DROP COLUMN ${cellClock(column)}`;
}

/**
 * A row is known to others by its cells. If its last cell with a clock goes, the row gets a sentinel in
 * its place, or a new peer would never learn of it.
 *
 * @param remaining columns that keep their clocks.
 */
export function keepRowsKnown(table: string, remaining: readonly string[]): string {
  const stamp = stampSql(
    'ifnull(row_db_version, db_version)',
    `ifnull(row_site, (SELECT site FROM ${STATE_TABLE}))`,
    'max(ifnull(row_seq, 1) - 1, 0)',
  );
  const hasNoCell = remaining.map((name) => `${cellVersionSql(name)} < 0`);
  return statementText`
    UPDATE ${quoteName(clockTable(table))}
    SET sentinel = ${stamp}
    WHERE
      ${all(['causal_length % 2 = 1', 'sentinel IS NULL', ...hasNoCell])}`;
}
