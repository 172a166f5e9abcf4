/** Drizzle tables made from plain descriptions, for tests that generate their schemas. */
import { sql } from 'drizzle-orm';
import { customType, primaryKey, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { crrTable } from '../../src/index.js';

export interface PlainColumn {
  readonly name: string;
  /** The declared type; '' for none. */
  readonly type: string;
  readonly notNull?: boolean;
  /** SQL text of the default. */
  readonly default?: string;
}

export interface PlainTable {
  readonly table: string;
  readonly key: readonly PlainColumn[];
  readonly columns: readonly PlainColumn[];
}

export function plainCrr({ table, key, columns }: PlainTable, history = false): SQLiteTable {
  const builder = ({ name, type, notNull, default: value }: PlainColumn) => {
    const column = customType<{ data: unknown }>({ dataType: () => type })(name);
    if (notNull) column.notNull();
    if (value !== undefined) column.default(sql.raw(value));
    return column;
  };
  const all = [...key.map((column) => ({ ...column, notNull: true })), ...columns];
  return crrTable(
    table,
    Object.fromEntries(all.map((column) => [column.name, builder(column)])),
    (self) => [primaryKey({ columns: key.map(({ name }) => self[name]!) as [never, ...never[]] })],
    { history },
  );
}
