import { type DriverRow, exactValue, portable } from '../feed/read.js';
import { affinityOf, type TableSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import { clockTable, STATE_TABLE } from '../sql/names.js';
import { quoteName } from '../sql/quote.js';
import { type Statement, statement } from '../sql/statement.js';
import { cellClock, clockKeys } from '../tables/clock/clock-table.js';
import type { RowOffer } from './group.js';
import { cellsWonSql, saturatedSql } from './offer-cells.js';

/** What was offered to a table, and where in a batch's results it stands what became of it. */
export interface TableReport {
  readonly spec: TableSpec;
  readonly offers: readonly RowOffer[];
  readonly index: number;
}

export type RowFate = 'inserted' | 'updated' | 'deleted';

/*
 * What an apply did to a table: every clock row that carries its db_version was touched. Reading
 * them all back costs as much as a third of a merge, so the counts come first, and the rows only
 * where the counts leave open what happened to each row offered.
 */

/**
 * The statements that report on a table, inside the transaction that applied `offered` rows;
 * undefined where other rows may have been touched too.
 */
export function reportStatements(spec: TableSpec, offered: number | undefined): Statement[] {
  const clock = quoteName(clockTable(spec.name));
  const touched = `FROM ${clock} AS k WHERE dbv = (SELECT db_version FROM ${STATE_TABLE})`;
  const isInserted = 'cl % 2 = 1 AND d0 IS NULL';
  // v0 and d0 are set together when a row is taken as a whole over an older one.
  const isRenewed = 'cl % 2 = 1 AND v0 > 0 AND d0 = dbv';
  const keySql = (key: string, i: number) => portable(key, affinityOf(spec.key[i]!.sqlType));
  const saturated = saturatedSql(spec, keySql);
  // Every row offered was touched, and all alike: then the offers themselves are the report.
  const alike =
    offered === undefined
      ? '0'
      : `(SELECT count(*) = ${offered} AND ${offered} IN (sum(${isInserted}), sum(${isRenewed})) ${touched})`;
  return [
    statement(`SELECT count(*), sum(${isInserted}) ${touched}`),
    statement(
      `SELECT ${codeSql(spec)}, ${clockKeys(spec).map(keySql).join(', ')} ${touched} AND NOT ${alike}`,
    ),
    ...(saturated === undefined ? [] : [statement(saturated)]),
  ];
}

/** Bit 0: alive; bit 1: the row appeared or went; above: the number of cells won. */
function codeSql(spec: TableSpec): string {
  const won = spec.clockColumns.map(({ name }) => {
    const x = cellClock(name);
    return `CASE WHEN ${x} IS NULL THEN v0 > 0 AND ifnull(d0, dbv) = dbv ELSE instr(${x}, '@' || dbv || ':') > 0 AND v0 + CAST(${x} AS INTEGER) > 0 END`;
  });
  if (spec.cellColumns.length > 0) won.push(cellsWonSql(spec));
  return `cl % 2 + 2 * ((d0 IS NULL) = cl % 2) + 4 * (${won.join(' + ') || '0'})`;
}

/**
 * Reads the report: calls `tell` for each row that changed, and returns how many cells were won.
 */
export function readReport(
  { spec, offers, index }: TableReport,
  results: readonly (readonly DriverRow[])[],
  tell: (fate: RowFate, key: readonly SqlValue[]) => void,
): number {
  const [touched, inserted] = Array.from(results[index]![0]!, Number);
  const listed = results[index + 1]!;
  let cellsWon = 0;
  if (listed.length === 0 && touched! > 0) {
    const fate = inserted === touched ? 'inserted' : 'updated';
    for (const { key, cells } of offers) {
      tell(fate, key);
      for (const cell of cells) if (cell !== undefined && cell.col_version > 0) cellsWon++;
    }
    return cellsWon;
  }
  for (const row of listed) {
    const code = Number(row[0]);
    const alive = (code & 1) === 1;
    const crossed = (code & 2) === 2;
    cellsWon += code >> 2;
    if (!alive && !crossed) continue; // A delete of a row that was never here.
    tell(!alive ? 'deleted' : crossed ? 'inserted' : 'updated', readKey(spec, row, 1));
  }
  return cellsWon;
}

/** Calls `tell` for each counter (by property) whose sum is no 64-bit integer. */
export function readSaturated(
  { spec, index }: TableReport,
  results: readonly (readonly DriverRow[])[],
  tell: (key: readonly SqlValue[], column: string) => void,
): void {
  if (!spec.cellColumns.some(({ kind }) => kind.type === 'counter')) return;
  for (const row of results[index + 2]!) {
    tell(readKey(spec, row, 0), String(row[spec.key.length]));
  }
}

/** The key in a driver's row, from the column `from` on. */
export function readKey(spec: TableSpec, row: DriverRow, from: number): SqlValue[] {
  return spec.key.map(({ sqlType }, i) => {
    const value = row[from + i]!;
    const isInteger = affinityOf(sqlType) !== 'real' && Number.isInteger(value);
    return exactValue(value, isInteger ? 'i' : '');
  });
}
