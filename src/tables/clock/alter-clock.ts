import type { TableSpec } from '../../model/table-spec.js';
import { clockIndex, clockTable, keyOf, mergeGate, STATE_TABLE } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { dropCellTableStatements } from '../cells/site-cells.js';
import { cellClock, cellVersionSql, clockTableStatements } from './clock-table.js';

/** Gives a clock table the new name of its base table. Its index is made anew: SQLite renames none. */
export function renameClockTableStatements(from: string, to: TableSpec): string[] {
  return [
    `ALTER TABLE ${quoteName(clockTable(from))} RENAME TO ${quoteName(clockTable(to.name))}`,
    `DROP INDEX IF EXISTS ${quoteName(clockIndex(from))}`,
    clockIndexStatement(to),
  ];
}

/** The index that readers scan; the last of the clock table's statements. */
export function clockIndexStatement(spec: TableSpec): string {
  return clockTableStatements(spec).at(-1)!;
}

/** A renamed column keeps its versions. */
export function renameClockColumnStatement(table: string, from: string, to: string): string {
  return renameColumn(table, cellClock(from), cellClock(to));
}

export function renameClockKeyStatement(table: string, from: string, to: string): string {
  return renameColumn(table, quoteName(keyOf(from)), quoteName(keyOf(to)));
}

function renameColumn(table: string, from: string, to: string): string {
  return `ALTER TABLE ${quoteName(clockTable(table))} RENAME COLUMN ${from} TO ${to}`;
}

/** A dropped column loses its versions. */
export function dropClockColumnStatement(table: string, column: string): string {
  return `ALTER TABLE ${quoteName(clockTable(table))} DROP COLUMN ${cellClock(column)}`;
}

/**
 * A row is told to others by its cells. Where the last cell with a clock went with its column, the
 * row gets a sentinel in its place, or a new peer would never hear of it.
 *
 * @param remaining columns that keep their clocks.
 */
export function keepRowsToldStatement(table: string, remaining: readonly string[]): string {
  const silent = remaining.map((name) => `${cellVersionSql(name)} < 0`);
  const stamp = `'@' || ifnull(d0, dbv) || ':' || ifnull(s0, site) || ':' || max(ifnull(q0, 1) - 1, 0)`;
  return `UPDATE ${quoteName(clockTable(table))} SET l = (SELECT ${stamp} FROM ${STATE_TABLE}) WHERE ${['cl % 2 = 1', 'l IS NULL', ...silent].join(' AND ')}`;
}

/** Everything that a CRR has beside its base table, but for the triggers. */
export function dropPartsStatements(table: string, hasCells: boolean): string[] {
  return [
    ...(hasCells ? dropCellTableStatements(table) : []),
    `DROP TABLE IF EXISTS ${quoteName(mergeGate(table))}`,
    `DROP TABLE IF EXISTS ${quoteName(clockTable(table))}`,
  ];
}
