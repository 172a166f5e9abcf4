import { type Column, getTableColumns, type InferSelectModel, is } from 'drizzle-orm';
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { cellTypeOf } from '../columns/registry.js';
import { readKey } from '../merge/report.js';
import { type DriverRow, portable } from '../sql/driver-value.js';
import { any, list, statementText } from '../sql/layout.js';
import { bindValue, type Statement, statement } from '../sql/statement.js';
import { compareValues, type SqlValue, storageClass } from '../model/value.js';
import { CrrUsageError } from '../errors.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import { affinityOf, type ReplicatedColumnSpec, type TableSpec } from '../model/table-spec.js';
import { cellsTextSql, parseCells, type SiteCell } from '../tables/cells/text.js';
import { clockKeys } from '../tables/clock/table.js';
import { cellTable, clockTable } from '../sql/names.js';
import { quoteName, quoteText } from '../sql/quote.js';
import type { Connection } from '../database/connection.js';
import { asDriverValue, type RowRef, rowRefs } from './row-ref.js';
import type { SiteStore } from '../database/site-store.js';

/** What one site added to a counter. */
export interface Contribution {
  /** 16 bytes; all zero for what the column held before it was a counter. */
  readonly siteId: Uint8Array;
  readonly value: bigint;
}

/** A register with more than one value; `column` tells the type of the values. */
export type Conflict<TTable extends SQLiteTable = SQLiteTable> = {
  [K in keyof InferSelectModel<TTable> & string]: RowRef & {
    /** Property name of the column. */
    readonly column: K;
    /** The greatest first: the one that the column shows. */
    readonly values: readonly ConflictingValue<InferSelectModel<TTable>[K]>[];
  };
}[keyof InferSelectModel<TTable> & string];

export interface ConflictingValue<T = unknown> {
  readonly value: T;
  /** The sites that wrote it: 16 bytes each. */
  readonly sites: readonly Uint8Array[];
}

/** Reads who added what to a counter; nothing where the row does not exist. */
export async function readContributions(
  connection: Connection,
  sites: SiteStore,
  schema: DrizzleSchema,
  table: SQLiteTable,
  key: Readonly<Record<string, unknown>>,
  property: string,
): Promise<Contribution[]> {
  const spec = requireCrr(schema, table, 'contributions()');
  const index = spec.cellColumns.findIndex((column) => column.property === property);
  const column = spec.cellColumns[index];
  if (column === undefined || cellTypeOf(column).lists !== 'contributions') {
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      `contributions(): "${spec.name}" has no counter "${property}"`,
    );
  }
  const args: SqlValue[] = [];
  const where = spec.key.map(({ property }, i) => {
    const value = keyValue(getTableColumns(table)[property]!, key[property], property);
    return `clock.${clockKeys(spec)[i]} = ${bindValue(value, args)}`;
  });
  const sql = statementText`
    SELECT ${cellsTextSql(spec, 'clock')}
    FROM ${quoteName(clockTable(spec.name))} AS clock
    WHERE ${where.join(' AND ')}`;
  let cells: readonly SiteCell[] = [];
  const read = ([row]: readonly DriverRow[]) => {
    cells = cellsIn(row?.[0]);
  };
  const { directory } = await sites.readWith(connection, [{ sql, args, read }]);
  return cells
    .filter(({ column }) => column === index)
    .map(({ site, val }) => ({ siteId: directory.idOf(site).slice(), value: val as bigint }));
}

/** Lists the registers of a table that hold more than one value. */
export async function readConflicts<TTable extends SQLiteTable>(
  connection: Connection,
  sites: SiteStore,
  schema: DrizzleSchema,
  table: TTable,
): Promise<Conflict<TTable>[]> {
  const spec = requireCrr(schema, table, 'conflicts()');
  if (!spec.cellColumns.some(isRegister)) {
    throw new CrrUsageError(
      'CRR_USAGE_OPTION',
      `conflicts(): "${spec.name}" has no multi-value register: declare a column with mvr(...)`,
    );
  }
  let found: readonly DriverRow[] = [];
  const read = (rows: readonly DriverRow[]) => {
    found = rows;
  };
  const query = { ...conflictsQuery(spec), read };
  const { directory } = await sites.readWith(connection, [query]);
  const toRef = rowRefs(spec, table);
  const conflicts = found.flatMap((row) => {
    const cells = cellsIn(row[spec.key.length]);
    return spec.cellColumns.flatMap((column, i) => {
      if (!isRegister(column)) return [];
      const { stands } = cellTypeOf(column);
      const standing = cells.filter((cell) => cell.column === i && stands(cell.version));
      const values = groupByValue(standing);
      if (values.length < 2) return [];
      const drizzleColumn = getTableColumns(table)[column.property]!;
      return {
        ...toRef(readKey(spec, row, 0)),
        column: column.property,
        values: values.map(({ value, ordinals }) => ({
          value: userValue(drizzleColumn, value),
          sites: ordinals.map((ordinal) => directory.idOf(ordinal).slice()),
        })),
      };
    });
  });
  return conflicts as unknown as Conflict<TTable>[];
}

/** Rows with two standing cells in one register. */
function conflictsQuery(spec: TableSpec): Statement {
  const keys = clockKeys(spec);
  const standing = spec.cellColumns
    .filter(isRegister)
    .map((column) => `column_name = ${quoteText(column.name)} AND ${cellTypeOf(column).standsSql}`);
  const keysOut = keys.map((key, i) => portable(`conflict.${key}`, affinityOf(spec.key[i]!.sqlType)));
  return statement(statementText`
    SELECT
      ${list([...keysOut, cellsTextSql(spec, 'conflict')])}
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

function groupByValue(cells: readonly SiteCell[]): { value: SqlValue; ordinals: number[] }[] {
  const groups: { value: SqlValue; ordinals: number[] }[] = [];
  for (const { val, site } of cells) {
    const group = groups.find(({ value }) => compareValues(value, val) === 0);
    if (group) group.ordinals.push(site);
    else groups.push({ value: val, ordinals: [site] });
  }
  return groups.sort((a, b) => compareValues(b.value, a.value));
}

const isRegister = (column: ReplicatedColumnSpec) => cellTypeOf(column).lists === 'conflicts';
const cellsIn = (text: unknown) => (typeof text === 'string' ? parseCells(text) : []);

export function requireCrr(schema: DrizzleSchema, table: SQLiteTable, where: string): TableSpec {
  const known = [...schema.drizzleTables].find(([, drizzleTable]) => drizzleTable === table);
  if (known !== undefined) return schema.tables.get(known[0])!;
  const name = is(table, SQLiteTable) ? `"${getTableConfig(table).name}"` : 'what was given';
  throw new CrrUsageError('CRR_USAGE_OPTION', `${where}: ${name} is no CRR of this schema`);
}

/** A key's value as it is stored; drivers take JavaScript's numbers for REAL. */
export function keyValue(column: Column, value: unknown, property: string): SqlValue {
  if (value === undefined || value === null) {
    throw new CrrUsageError('CRR_USAGE_OPTION', `the key lacks "${property}"`);
  }
  const stored: unknown = column.mapToDriverValue(value);
  if (typeof stored === 'boolean') return stored ? 1n : 0n;
  if (typeof stored === 'number' && Number.isSafeInteger(stored)) return BigInt(stored);
  if (storageClass(stored) === undefined) {
    throw new CrrUsageError('CRR_USAGE_OPTION', `the key's "${property}" is nothing SQLite stores`);
  }
  return stored as SqlValue;
}

/** A value as a Drizzle query would give it. */
function userValue(column: Column, value: SqlValue): unknown {
  if (value === null) return null;
  return column.mapFromDriverValue(asDriverValue(value));
}
