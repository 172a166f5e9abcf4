import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { type ReadSpecOptions, readTableSpec } from '../../src/schema/read-spec.js';
import { quoteName } from '../../src/sql/quote.js';

/** The base table of a CRR as DDL: for tests whose names no drizzle-kit would get through. */
export function createTableSql(table: SQLiteTable, options?: ReadSpecOptions): string {
  const spec = readTableSpec(table, options);
  const rowid = spec.key.length === 1 && spec.key[0]!.sqlType.toLowerCase() === 'integer';
  const columns = [
    ...spec.key.map(({ name, sqlType }) => `${quoteName(name)} ${sqlType} NOT NULL`),
    ...[...spec.clockColumns, ...spec.cellColumns].map(
      ({ name, sqlType, notNull, default: value }) =>
        `${quoteName(name)} ${sqlType}${notNull ? ' NOT NULL' : ''}${value === undefined ? '' : ` DEFAULT ${value}`}`,
    ),
    `PRIMARY KEY (${spec.key.map(({ name }) => quoteName(name)).join(', ')})`,
  ];
  // INTEGER PRIMARY KEY is an alias of the rowid either way; NOT NULL would only refuse its automatic value.
  if (rowid) columns[0] = `${quoteName(spec.key[0]!.name)} integer`;
  return `CREATE TABLE ${quoteName(spec.name)} (${columns.join(', ')})`;
}
