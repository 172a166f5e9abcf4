import {
  type ColumnKind,
  hasSiteCells,
  type ReplicatedColumnSpec,
  type TableSpec,
} from '../schema/table-spec.js';
import { holdsValue, neutralCells } from './backfill.js';
import {
  addClockColumnStatement,
  cellClock,
  cellVersionSql,
  clockKeys,
  DB_VERSION,
} from './clock-table.js';
import { clockTable, NEUTRAL_ORDINAL, STATE_TABLE } from './names.js';
import { quoteName } from './quote.js';
import {
  cellTableStatements,
  dropCellsStatement,
  dropCellTableStatements,
  settleCellsStatements,
} from './site-cells.js';

/**
 * The statements that carry a column over to another way of merging, to be run while the table has no
 * triggers. They add or drop what the column has in the clock table and the cell table, so whoever
 * runs them leaves that column out when it looks for columns that came or went.
 *
 * What the column shows is kept, as nobody's: every site carries it over for itself and hears of it
 * from all others, and it must count once. Where sites had not heard of each other's last writes,
 * the greater value stands.
 *
 * @param spec the table as it is to be; `column` is one of its columns.
 * @param before how the column merged; undefined where it is new, or that is not known.
 */
export function kindChangeStatements(
  spec: TableSpec,
  column: ReplicatedColumnSpec,
  before: ColumnKind | undefined,
): string[] {
  if (before === undefined) return [];
  const [had, has] = [hasSiteCells(before), hasSiteCells(column.kind)];
  if (!had && !has) return [];
  if (had && !has) return toClockRow(spec, column);
  if (had && before.type === column.kind.type) return [];
  return [
    ...cellTableStatements(spec),
    dropCellsStatement(spec.name, column.name),
    ...toCells(spec, column),
    ...(had ? [] : leaveClockRow(spec, column)),
  ];
}

function toCells(spec: TableSpec, column: ReplicatedColumnSpec): string[] {
  const base = quoteName(spec.name);
  const name = quoteName(column.name);
  const sameRow = spec.key.map((key, i) => `k.${clockKeys(spec)[i]} = b.${quoteName(key.name)}`);
  const rows = `${base} AS b JOIN ${quoteName(clockTable(spec.name))} AS k ON ${sameRow.join(' AND ')} WHERE k.cl % 2 = 1`;
  return [
    ...(column.kind.type === 'counter'
      ? [`UPDATE ${base} SET ${name} = 0 WHERE typeof(${name}) <> 'integer'`]
      : []),
    `UPDATE ${STATE_TABLE} SET db_version = db_version + 1 WHERE EXISTS (SELECT 1 FROM ${base})`,
    `${neutralCells(spec, column, DB_VERSION, '0')} FROM ${rows} AND ${holdsValue(column)}`,
    ...settleCellsStatements(spec),
  ];
}

function leaveClockRow(spec: TableSpec, column: ReplicatedColumnSpec): string[] {
  const clock = quoteName(clockTable(spec.name));
  const untold = [
    'l IS NULL AND cl % 2 = 1',
    ...spec.columns.map(({ name }) => `${cellVersionSql(name)} < 0`),
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
  return [
    addClockColumnStatement(spec, column.name),
    `UPDATE ${STATE_TABLE} SET db_version = db_version + 1 WHERE EXISTS (SELECT 1 FROM ${quoteName(spec.name)})`,
    `UPDATE ${clock} SET d0 = ifnull(d0, dbv), dbv = ${DB_VERSION}, ${cellClock(column.name)} = (1 - v0) || ${stamp} WHERE cl % 2 = 1`,
    ...(spec.siteColumns.length > 0
      ? [dropCellsStatement(spec.name, column.name)]
      : dropCellTableStatements(spec.name)),
  ];
}
