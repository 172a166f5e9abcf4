import { cellTypeOf, isCounter } from '../columns/registry.js';
import type { SitesOfPage } from '../model/site.js';
import type { ReplicatedColumnSpec, TableSpec } from '../model/table-spec.js';
import { compareValues, type SqlValue } from '../model/value.js';
import type { DriverRow } from '../sql/driver-value.js';
import { any, list, statementText } from '../sql/layout.js';
import { cellTable } from '../sql/names.js';
import { quoteName, quoteText } from '../sql/quote.js';
import { bindValue, type Statement, statement } from '../sql/statement.js';
import { cellsTextSql, parseCells, type SiteCell } from '../tables/cells/text.js';
import { keyValues, keyWidth, readKey } from '../tables/clock/read-key.js';
import { clock, clockKeys } from '../tables/clock/table.js';

/** What one site added to a counter. */
export interface Contribution {
  /** 16 bytes; all zero for the value that the column had before it was a counter. */
  readonly siteId: Uint8Array;
  readonly value: bigint;
}

/** A register with more than one value. */
export interface StoredConflict {
  readonly key: readonly SqlValue[];
  readonly column: ReplicatedColumnSpec;
  /** The greatest first: the one that the column shows. */
  readonly values: readonly { readonly value: SqlValue; readonly sites: readonly Uint8Array[] }[];
}

/** The cells of one row, if it exists. */
export function rowCellsQuery(spec: TableSpec, key: readonly SqlValue[]): Statement {
  const args: SqlValue[] = [];
  const where = clockKeys(spec).map((column, i) => `clock.${column} = ${bindValue(key[i]!, args)}`);
  const sql = statementText`
    SELECT ${cellsTextSql(spec, 'clock')}
    FROM ${clock(spec)} AS clock
    WHERE ${where.join(' AND ')} AND clock.causal_length % 2 = 1`;
  return statement(sql, args);
}

/** Reads what {@link rowCellsQuery} returned, for one counter. */
export function readContributions(
  rows: readonly DriverRow[],
  spec: TableSpec,
  counter: ReplicatedColumnSpec,
  sites: SitesOfPage,
): Contribution[] {
  const index = spec.cellColumns.indexOf(counter);
  return cellsIn(rows[0]?.[0])
    .filter(({ column }) => column === index)
    .map(({ site, val }) => ({ siteId: sites.idOf(site), value: val as bigint }));
}

/** The keys and cells of rows that have more than one standing value in a register. */
export function conflictsQuery(spec: TableSpec): Statement {
  const keys = clockKeys(spec);
  const standing = registersOf(spec).map(
    (column) => `column_name = ${quoteText(column.name)} AND ${cellTypeOf(column).standsSql}`,
  );
  return statement(statementText`
    SELECT
      ${list([...keyValues(spec, 'conflict'), cellsTextSql(spec, 'conflict')])}
    FROM (
      SELECT DISTINCT ${keys.join(', ')}
      FROM (
        SELECT ${keys.join(', ')} FROM ${quoteName(cellTable(spec.name))}
        WHERE
          ${any(standing)}
        GROUP BY ${keys.join(', ')}, column_name
        HAVING count(*) > 1
      )
    ) AS conflict
    ORDER BY ${keys.map((key) => `conflict.${key}`).join(', ')}`);
}

/** Reads what {@link conflictsQuery} returned. */
export function readConflicts(
  rows: readonly DriverRow[],
  spec: TableSpec,
  sites: SitesOfPage,
): StoredConflict[] {
  return rows.flatMap((row) => {
    const cells = cellsIn(row[keyWidth(spec)]);
    return registersOf(spec).flatMap((column) => {
      const index = spec.cellColumns.indexOf(column);
      const { stands } = cellTypeOf(column);
      const standing = cells.filter((cell) => cell.column === index && stands(cell.version));
      const values = groupByValue(standing).map(({ value, ordinals }) => ({
        value,
        sites: ordinals.map((ordinal) => sites.idOf(ordinal)),
      }));
      return values.length < 2 ? [] : { key: readKey(spec, row, 0), column, values };
    });
  });
}

/** The multi-value registers of a table. */
export const registersOf = ({ cellColumns }: TableSpec): readonly ReplicatedColumnSpec[] =>
  cellColumns.filter((column) => cellTypeOf(column).lists === 'conflicts');

/** Whether `conflicts()` of a table can list anything. */
export const mayConflict = (spec: TableSpec): boolean =>
  spec.constraints !== undefined || registersOf(spec).length > 0 || spec.history === true;

/** A table's counter with this property name. */
export const counterOf = (
  { cellColumns }: TableSpec,
  property: string,
): ReplicatedColumnSpec | undefined =>
  cellColumns.find((column) => column.property === property && isCounter(column));

function groupByValue(cells: readonly SiteCell[]): { value: SqlValue; ordinals: number[] }[] {
  const groups: { value: SqlValue; ordinals: number[] }[] = [];
  for (const { val, site } of cells) {
    const group = groups.find(({ value }) => compareValues(value, val) === 0);
    if (group) group.ordinals.push(site);
    else groups.push({ value: val, ordinals: [site] });
  }
  return groups.sort((a, b) => compareValues(b.value, a.value));
}

const cellsIn = (text: unknown) => (typeof text === 'string' ? parseCells(text) : []);
