import { SENTINEL } from '../../model/change.js';
import { block, type Layout, statementText } from '../../sql/layout.js';
import { FORMER_TABLE } from '../../sql/names.js';
import { quoteText } from '../../sql/quote.js';

/** The `cid` of a table's own former name, as SQL. */
export const WHOLE_TABLE = quoteText(SENTINEL);

/** Former names of tables, and their present ones. */
export const SELECT_RENAMED_TABLES = `SELECT table_name, present_name FROM ${FORMER_TABLE} WHERE cid = ${WHOLE_TABLE}`;

/**
 * The `cid`, as SQL, under which crr_former keeps that this site has forgotten the clocks of a column, or
 * of the whole table (`'-1'`): the column was dropped, or the key changed. Others may return what this site
 * wrote before, and it is news here without being forged.
 */
export const forgotten = (cid: string) => quoteText(`${cid}\u0001forgotten`);

/** SQL condition: the clocks of one of a table's columns were never forgotten. */
export function isRememberedSql(table: string, cid: string): Layout {
  return isRemembered(quoteText(table), forgotten(cid));
}

/** The same for the column of a change, a row with `table_name` and `cid`. */
export function isRememberedChangeSql(row: string): Layout {
  return isRemembered(`${row}.table_name`, `${row}.cid || ${forgotten('')}`);
}

function isRemembered(table: string, cid: string): Layout {
  return block`
    NOT EXISTS (
      SELECT 1 FROM ${FORMER_TABLE} AS former
      WHERE
        former.table_name = ${table}
        AND former.cid IN (${cid}, ${forgotten(SENTINEL)})
    )`;
}

/**
 * Sites migrate at different times, so changes still arrive under names that tables and columns had
 * before. crr_former knows those names:
 *
 *     table_name    the table's present name; for a former name of a table, that name
 *     cid           the former name of a column; '-1' = the table itself; a column's name with the name of
 *                   a range of versions = the column had that range before (see versions.ts)
 *     present_name  its name now; NULL = it is gone
 */
export function formerStatements(): string[] {
  return [
    statementText`
      CREATE TABLE IF NOT EXISTS ${FORMER_TABLE} (
        table_name TEXT NOT NULL,
        cid TEXT NOT NULL,
        present_name TEXT,
        UNIQUE (table_name, cid)
      ) STRICT`,
  ];
}
