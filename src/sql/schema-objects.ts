import { type Query, statement } from './statement.js';

/** A table, view or trigger of a database. */
export interface SchemaObject {
  readonly type: string;
  readonly name: string;
  /** The table that it belongs to; of a table or view, itself. */
  readonly table: string;
  readonly sql: string;
}

/** Lists the tables, views and triggers of a database. */
export function readSchemaObjects(found: (object: SchemaObject) => void): Query {
  return {
    ...statement(
      "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type IN ('table', 'view', 'trigger') AND sql IS NOT NULL",
    ),
    read(rows) {
      for (const { 0: type, 1: name, 2: table, 3: sql } of rows) {
        found({ type: String(type), name: String(name), table: String(table), sql: String(sql) });
      }
    },
  };
}
