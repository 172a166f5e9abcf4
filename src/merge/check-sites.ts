import type { SiteDirectory } from '../model/site.js';
import { statementText } from '../sql/layout.js';
import { GUARD_TABLE, HISTORY_TABLE, SITE_TABLE, STATE_TABLE } from '../sql/names.js';
import { quoteBlob } from '../sql/quote.js';
import { type Query, statement } from '../sql/statement.js';

/**
 * Ordinals are written into the statements, so they must be those of the database: another process may have added
 * a site meanwhile, or put another file in its place, or migrated it. Sites that others added do not matter if this
 * batch adds none.
 *
 * @param schemaVersion undefined if it is not to be checked.
 */
export function checkSitesQuery(
  sites: SiteDirectory,
  addsSites: boolean,
  schemaVersion: number | undefined,
): Query {
  const greatest = addsSites ? '=' : '>=';
  return statement(statementText`
    INSERT INTO ${GUARD_TABLE} (reason)
    SELECT 'stale'
    WHERE NOT EXISTS (
      SELECT 1 FROM ${STATE_TABLE}
      JOIN ${SITE_TABLE} ON ordinal = site
      ${schemaVersion === undefined ? '' : `JOIN ${HISTORY_TABLE}`}
      WHERE
        site = ${sites.local}
        AND site_id = ${quoteBlob(sites.localId)}
        AND (SELECT max(ordinal) FROM ${SITE_TABLE}) ${greatest} ${sites.greatest}
        ${schemaVersion === undefined ? '' : `AND schema_version = ${schemaVersion}`}
    )`);
}
