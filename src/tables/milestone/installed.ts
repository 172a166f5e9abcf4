import { statementText } from '../../sql/layout.js';
import { HISTORY_TABLE } from '../../sql/names.js';
import { quoteText } from '../../sql/quote.js';
import { type Query, queryRow, type Statement, statement } from '../../sql/statement.js';

/** SQLite raises it whenever it changes sqlite_master. Not every engine shows it. */
const COOKIE = '(SELECT schema_version FROM pragma_schema_version)';

/** What install() has found to be complete. */
export interface Installed {
  /** Identifies the schema, and the version of this package. */
  readonly digest: string;
  /** The schema cookie of SQLite then. */
  readonly cookie: number;
}

/** Reads the present cookie, and what was noted. Fails on engines that do not show the cookie. */
export function readInstalled(read: (cookie: number, noted: string) => void): Query {
  const sql = statementText`
    SELECT ${COOKIE} AS cookie, ifnull(installed, '') AS noted
    FROM ${HISTORY_TABLE}`;
  return queryRow(sql, ({ 0: cookie, 1: noted }) => read(Number(cookie), String(noted)));
}

export const installedText = ({ digest, cookie }: Installed) => `${cookie} ${digest}`;

export const noteInstalled = (installed: Installed): Statement =>
  statement(`UPDATE ${HISTORY_TABLE} SET installed = ${quoteText(installedText(installed))}`);
