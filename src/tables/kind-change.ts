import { FIRST_AFTER_CELLS, formerCountSql, formerVersionSql } from '../columns/wire-version.js';
import {
  type ColumnKind,
  hasSiteCells,
  type ReplicatedColumnSpec,
  type TableSpec,
} from '../model/table-spec.js';
import { cellTable, clockTable, NEUTRAL_ORDINAL, STATE_TABLE } from '../sql/names.js';
import { quoteName, quoteText } from '../sql/quote.js';
import { cellsOf, cellTableStatements, dropCellsStatement } from './cells/site-cells.js';
import { holdsValue, neutralCells } from './clock/backfill.js';
import {
  addClockColumnStatement,
  cellClock,
  cellVersionSql,
  clockKeys,
  DB_VERSION,
} from './clock/clock-table.js';
import { kindChangedStatements } from './former/former-names.js';

/**
 * The statements that carry a column over to another way of merging, to be run while the table has no
 * triggers. They add or drop what the column has in the clock table and the cell table, so whoever
 * runs them leaves that column out when it looks for columns that came or went, settles the cells when
 * all columns are through, and drops the cell table where no column needs it any more.
 *
 * What the column shows is kept, as nobody's: every site carries it over for itself and hears of it
 * from all others, and it must count once. Its version is that of the last write, so where sites had
 * not heard of each other's, or have not migrated and write on, the later one stands.
 *
 * @param spec the table as it is to be; `column` is one of its columns.
 * @param before how the column merged; undefined where it is new.
 */
export function kindChangeStatements(
  spec: TableSpec,
  column: ReplicatedColumnSpec,
  before: ColumnKind | undefined,
): string[] {
  // A new counter may show something: its column was there unreplicated, or came with another default.
  if (before === undefined) {
    if (column.kind.type !== 'counter') return [];
    return [...cellTableStatements(spec), ...toCells(spec, column, '1')];
  }
  const [had, has] = [hasSiteCells(before), hasSiteCells(column.kind)];
  if (!had && !has) return [];
  if (had && before.type === column.kind.type) return [];
  const noted = kindChangedStatements(spec.name, column.name, before, column.kind);
  if (had && !has) return [...noted, ...toClockRow(spec, column)];
  return [
    ...noted,
    ...cellTableStatements(spec),
    ...toCells(
      spec,
      column,
      had ? knowledgeSql(spec, column, 'k') : cellVersionSql(column.name, 'k.'),
    ),
    ...(had ? [] : leaveClockRow(spec, column)),
  ];
}

/** Stands for nobody while the former cells are still there. */
const CARRIED = -1;

/** @param version SQL of the version of what the column shows, from the clock row `k`. */
function toCells(spec: TableSpec, column: ReplicatedColumnSpec, version: string): string[] {
  const base = quoteName(spec.name);
  const cells = quoteName(cellTable(spec.name));
  const [name, col] = [quoteName(column.name), quoteText(column.name)];
  const sameRow = spec.key.map((key, i) => `k.${clockKeys(spec)[i]} = b.${quoteName(key.name)}`);
  const rows = `${base} AS b JOIN ${quoteName(clockTable(spec.name))} AS k ON ${sameRow.join(' AND ')} WHERE k.cl % 2 = 1`;
  // A zero that was written once is what a counter shows without it.
  const held = `(${holdsValue(column)} OR ${version} > 1)`;
  const carried = neutralCells(spec, column, DB_VERSION, '0', {
    site: CARRIED,
    version: formerVersionSql(column.kind, version),
  });
  return [
    ...(column.kind.type === 'counter'
      ? [`UPDATE ${base} SET ${name} = ${formerCountSql(name)} WHERE typeof(${name}) <> 'integer'`]
      : []),
    `UPDATE ${STATE_TABLE} SET db_version = db_version + 1 WHERE EXISTS (SELECT 1 FROM ${rows} AND ${held})`,
    `${carried} FROM ${rows} AND ${held}`,
    `DELETE FROM ${cells} WHERE col = ${col} AND site <> ${CARRIED}`,
    `UPDATE ${cells} SET site = ${NEUTRAL_ORDINAL} WHERE col = ${col}`,
  ];
}

/** A number that grows with everything that a site hears of a row's cells. `row` has the clock's keys. */
function knowledgeSql(spec: TableSpec, column: ReplicatedColumnSpec, row: string): string {
  return `(SELECT ifnull(sum(x.ver), 0) ${cellsOf(spec, column, row)})`;
}

function leaveClockRow(spec: TableSpec, column: ReplicatedColumnSpec): string[] {
  const clock = quoteName(clockTable(spec.name));
  const untold = [
    'l IS NULL AND cl % 2 = 1',
    ...spec.clockColumns.map(({ name }) => `${cellVersionSql(name)} < 0`),
  ];
  return [
    // A row of which no other cell tells needs a sentinel now.
    `UPDATE ${clock} SET l = '@' || dbv || ':' || (SELECT site FROM ${STATE_TABLE}) || ':0' WHERE ${untold.join(' AND ')}`,
    `ALTER TABLE ${clock} DROP COLUMN ${cellClock(column.name)}`,
  ];
}

function toClockRow(spec: TableSpec, column: ReplicatedColumnSpec): string[] {
  const clock = quoteName(clockTable(spec.name));
  const stamp = `'@' || ${DB_VERSION} || ':${NEUTRAL_ORDINAL}:0'`;
  const writes = formerVersionSql(column.kind, knowledgeSql(spec, column, clock));
  return [
    addClockColumnStatement(spec, column.name),
    `UPDATE ${STATE_TABLE} SET db_version = db_version + 1 WHERE EXISTS (SELECT 1 FROM ${quoteName(spec.name)})`,
    `UPDATE ${clock} SET d0 = ifnull(d0, dbv), dbv = ${DB_VERSION}, ${cellClock(column.name)} = (${FIRST_AFTER_CELLS} + ${writes} - v0) || ${stamp} WHERE cl % 2 = 1`,
    dropCellsStatement(spec.name, column.name),
  ];
}
