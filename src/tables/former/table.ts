import { SENTINEL } from '../../model/change.js';
import { statementText } from '../../sql/layout.js';
import { FORMER_TABLE } from '../../sql/names.js';
import { quoteText } from '../../sql/quote.js';

/** The `cid` of a table's own former name, as SQL. */
export const WHOLE_TABLE = quoteText(SENTINEL);

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
