import { statementText } from '../sql/layout.js';
import { GATES } from '../sql/names.js';
import { quoteText } from '../sql/quote.js';

/*
 * What sqlite_master contains of a database.
 */

/** Type, name, table and text of everything, the oldest first. */
export const SELECT_OBJECTS = 'SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid';

/** Name, type, place in the key, default and nullability of each column of a table. */
export const selectColumns = (table: string) =>
  `SELECT name, type, pk, dflt_value, "notnull" FROM pragma_table_info(${quoteText(table)})`;

const isGateSql = GATES.map((end) => `substr(name, -${end.length}) = ${quoteText(end)}`).join(
  ' OR ',
);

/** Types, names, tables and texts of all triggers and gates, the oldest first; and of other tables, without their texts. */
export const SELECT_TRIGGERS = statementText`
  SELECT type, name, tbl_name, CASE WHEN type = 'trigger' OR ${isGateSql} THEN sql END FROM sqlite_master
  WHERE type IN ('trigger', 'table')
  ORDER BY rowid`;
