import { statementText } from '../sql/layout.js';
import { STATE_TABLE } from '../sql/names.js';
import { quoteText } from '../sql/quote.js';

/*
 * What sqlite_master contains of a database.
 */

/** Type, name, table and text of everything. */
export const SELECT_OBJECTS = 'SELECT type, name, tbl_name, sql FROM sqlite_master';

/** Name, type and place in the key of each column of a table. */
export const selectColumns = (table: string) =>
  `SELECT name, type, pk FROM pragma_table_info(${quoteText(table)})`;

/** Names and texts of the triggers of all CRRs, and of crr_state. */
export const SELECT_CRR_TRIGGERS = statementText`
  SELECT name, sql FROM sqlite_master
  WHERE
    type = 'trigger' AND instr(name, '__crr_on_') > 0
    OR name = '${STATE_TABLE}'`;
