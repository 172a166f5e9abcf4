import { cellTypeOf } from '../../columns/registry.js';
import { isConstantDefault } from '../../model/default.js';
import type { ColumnSpec, ReplicatedColumnSpec, TableSpec } from '../../model/table-spec.js';
import { block, type Fragment, list, statementText } from '../../sql/layout.js';
import { asideTable, keyOf } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';
import { cellsOf } from '../cells/table.js';
import { clockKeys } from '../clock/table.js';
import { shownValue } from './masks.js';
import { FORMER_STATE, formerNames, mergedCells, UNSETTLE } from './merged.js';
import { aside, asideColumns, asideValue } from './table.js';

/*
 * A table gets another key. Its rows are other rows then, and have no clocks yet. Rows aside come along under the key that
 * their values make; of two rows with one key, the one that is shown stays, else the one with the lesser former key.
 */

/** Rows aside under the new key, while the tables of the former one are dropped. */
export interface Moved {
  /** SQL that copies them. Before the tables are dropped. */
  readonly keep: readonly string[];
  /** The table, quoted: it has the columns of key, clocks and cells. Its rows that are `parked` are in no base table. */
  readonly table: string;
  /** Puts them aside, or into the base table if no constraint is left. After the new tables are made. */
  readonly bringBack: readonly string[];
  readonly forget: readonly string[];
}

/**
 * @param before the CRR before, under its former name.
 * @param renamed new names of columns by their old ones.
 */
export function moveToKey(
  before: TableSpec,
  to: TableSpec,
  renamed: ReadonlyMap<string, string>,
): Moved {
  const table = quoteName(`${asideTable(before.name)}_former`);
  const keys = to.key.map(({ name }) => quoteName(name)).join(', ');
  return {
    table,
    keep: [
      copy(before, to, renamed, table),
      // A row that is shown is known by its base row.
      `DELETE FROM ${table} WHERE ${PARKED} = ${IN_BASE} OR ${to.key.map(({ name }) => `${quoteName(name)} IS NULL`).join(' OR ')}`,
      `DELETE FROM ${table} WHERE rowid NOT IN (SELECT min(rowid) FROM ${table} GROUP BY ${keys})`,
    ],
    bringBack: [
      ...(to.constraints === undefined ? showAll(to, table) : [putAside(to, table), UNSETTLE]),
      `DELETE FROM ${table} WHERE NOT ${PARKED}`,
    ],
    forget: [`DROP TABLE ${table}`],
  };
}

const [WAS, PARKED, IN_BASE] = ['crr_was', 'crr_parked', 'crr_in_base'];

function putAside(to: TableSpec, from: string): string {
  const columns = [...to.key, ...to.clockColumns].map(({ name }) => quoteName(name));
  return statementText`
    INSERT INTO ${aside(to)} (
      ${list([...asideColumns(to), 'state', 'was'])}
    )
    SELECT
      ${list([...columns, "'open'", WAS])}
    FROM ${from}`;
}

function showAll(to: TableSpec, from: string): string[] {
  const base = quoteName(to.name);
  const names = (columns: readonly ColumnSpec[]) => columns.map(({ name }) => quoteName(name));
  const all = names([...to.key, ...to.clockColumns, ...to.cellColumns]);
  const isSame = names(to.key).map((name) => `${base}.${name} = ${from}.${name}`);
  return [
    statementText`
      INSERT INTO ${base} (
        ${list(all)}
      )
      SELECT
        ${list(all)}
      FROM ${from}
      WHERE ${PARKED}`,
    ...(to.clockColumns.length === 0
      ? []
      : [
          statementText`
            UPDATE ${base}
            SET
              ${list(names(to.clockColumns).map((name) => `${name} = ${from}.${name}`))}
            FROM ${from}
            WHERE NOT ${PARKED} AND ${isSame.join(' AND ')}`,
        ]),
  ];
}

function copy(
  before: TableSpec,
  to: TableSpec,
  renamed: ReadonlyMap<string, string>,
  into: string,
): string {
  const nameOf = formerNames(renamed);
  const isKey = new Set(before.key.map(({ name }) => name));
  const isClock = new Set(before.clockColumns.map(({ name }) => name));
  const newKey = to.key.map(({ name, default: value }) => {
    const former = nameOf(name);
    if (isKey.has(former)) return `former.${quoteName(keyOf(former))}`;
    // What the base table shows has become the key of a row that is shown.
    if (isClock.has(former)) {
      return `CASE WHEN ${FORMER_STATE} IS NULL THEN ${shownValue(before, former, 'former')} ELSE former.${asideValue(former)} END`;
    }
    return value !== undefined && isConstantDefault(value) ? value : 'NULL';
  });
  const isSame = to.key.map(({ name }, i) => `base.${quoteName(name)} = ${newKey[i]}`);
  const named = (values: readonly Fragment[], columns: readonly ColumnSpec[]) =>
    values.map((value, i) => block`${value} AS ${quoteName(columns[i]!.name)}`);
  return statementText`
    CREATE TABLE ${into} AS
    SELECT
      ${list([
        ...named(newKey, to.key),
        ...named(mergedCells(before, to, renamed), to.clockColumns),
        ...named(
          to.cellColumns.map((column) => computed(before, column, nameOf(column.name))),
          to.cellColumns,
        ),
        `${FORMER_STATE} AS ${WAS}`,
        `${FORMER_STATE} IS NOT NULL AS ${PARKED}`,
        `base.${quoteName(to.key[0]!.name)} IS NOT NULL AS ${IN_BASE}`,
      ])}
    FROM ${aside(before)} AS former
    LEFT JOIN ${quoteName(to.name)} AS base ON ${isSame.join(' AND ')}
    ORDER BY ${clockKeys(before)
      .map((key) => `former.${key}`)
      .join(', ')}`;
}

/** What a column of cells shows of a row aside. */
function computed(before: TableSpec, to: ReplicatedColumnSpec, former: string): Fragment {
  const cells = before.cellColumns.find(({ name }) => name === former);
  if (cells !== undefined) {
    return cellTypeOf(cells).shown(cellsOf(before, cells, 'former'), to.default ?? 'NULL');
  }
  const isClock = before.clockColumns.some(({ name }) => name === former);
  return isClock ? `former.${asideValue(former)}` : (to.default ?? 'NULL');
}
