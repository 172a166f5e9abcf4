import { statementText } from '../sql/layout.js';
import { STATE_TABLE } from '../sql/names.js';
import { quoteText } from '../sql/quote.js';

/*
 * What sqlite_master contains of a database.
 */

/** Type, name, table and text of everything, the oldest first. */
export const SELECT_OBJECTS = 'SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid';

/** Name, type and place in the key of each column of a table. */
export const selectColumns = (table: string) =>
  `SELECT name, type, pk FROM pragma_table_info(${quoteText(table)})`;

/** Names, tables and texts of all triggers, the oldest first, and of crr_state. */
export const SELECT_TRIGGERS = statementText`
  SELECT name, tbl_name, sql FROM sqlite_master
  WHERE type = 'trigger' OR name = '${STATE_TABLE}'
  ORDER BY rowid`;
