import type { Column } from 'drizzle-orm';
import { type ForeignKey, getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { readUniques } from '../../src/schema/read-constraints.js';
import { type ReadSpecOptions, readTableSpec } from '../../src/schema/read-spec.js';
import { quoteName } from '../../src/sql/quote.js';

/** The base table of a CRR as DDL: for tests whose names no drizzle-kit would get through. */
export function createTableSql(table: SQLiteTable, options?: ReadSpecOptions): string {
  const spec = readTableSpec(table, options);
  const { columnName = (column: Column) => column.name } = options ?? {};
  const rowid = spec.key.length === 1 && spec.key[0]!.sqlType.toLowerCase() === 'integer';
  const columns = [
    ...spec.key.map(({ name, sqlType }) => `${quoteName(name)} ${sqlType} NOT NULL`),
    ...[...spec.clockColumns, ...spec.cellColumns].map(
      ({ name, sqlType, notNull, default: value }) =>
        `${quoteName(name)} ${sqlType}${notNull ? ' NOT NULL' : ''}${value === undefined ? '' : ` DEFAULT ${value}`}`,
    ),
    `PRIMARY KEY (${spec.key.map(({ name }) => quoteName(name)).join(', ')})`,
    ...readUniques(table, spec, columnName).map(
      ({ name, columns }) =>
        `CONSTRAINT ${quoteName(name)} UNIQUE (${columns.map(quoteName).join(', ')})`,
    ),
    ...getTableConfig(table).foreignKeys.map(foreignKeySql),
  ];
  // INTEGER PRIMARY KEY is an alias of the rowid either way; NOT NULL would only refuse its automatic value.
  if (rowid) columns[0] = `${quoteName(spec.key[0]!.name)} integer`;
  return `CREATE TABLE ${quoteName(spec.name)} (${columns.join(', ')})`;
}

function foreignKeySql(key: ForeignKey): string {
  const { columns, foreignTable, foreignColumns } = key.reference();
  const names = (list: readonly { readonly name: string }[]) =>
    list.map(({ name }) => quoteName(name)).join(', ');
  return [
    `FOREIGN KEY (${names(columns)})`,
    `REFERENCES ${quoteName(getTableConfig(foreignTable as SQLiteTable).name)} (${names(foreignColumns)})`,
    ...(key.onDelete === undefined ? [] : [`ON DELETE ${key.onDelete}`]),
    ...(key.onUpdate === undefined ? [] : [`ON UPDATE ${key.onUpdate}`]),
  ].join(' ');
}
