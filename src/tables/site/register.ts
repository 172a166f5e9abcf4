import type { TableSpec } from '../../model/table-spec.js';
import { statementText } from '../../sql/layout.js';
import { HISTORY_TABLE, SITE_TABLE, STATE_TABLE } from '../../sql/names.js';
import { quoteBlob } from '../../sql/quote.js';
import { type Statement, statement } from '../../sql/statement.js';
import { moveUnshared } from '../cells/move.js';
import { forgetKept } from '../cells/resume.js';
import { forgetHistory } from '../milestone/table.js';
import { forgetTickets } from '../peer/table.js';

/** The site of this database: ordinal, db_version, id, version of the schema, and which deletes it has forgotten. */
export const SELECT_SITE = statementText`
  SELECT site, db_version, site_id, schema_version, horizon, birth
  FROM ${STATE_TABLE}
  JOIN ${SITE_TABLE} ON ordinal = site
  LEFT JOIN ${HISTORY_TABLE}`;

/** So many sites are read along with the state of the database: all of them, if it has never had more. */
const READ_ALONG = 8;

/** More would make a statement too long for some engines. */
const SITES_PER_STATEMENT = 1_000;

/** Of the sites that were registered after the one with this ordinal, the last few. */
export const selectSitesAfter = (ordinal: number) => statementText`
  SELECT ordinal, site_id FROM ${SITE_TABLE}
  WHERE ordinal > ${ordinal}
  ORDER BY ordinal DESC
  LIMIT ${READ_ALONG}`;

export const selectSitesById = (siteIds: readonly Uint8Array[]): string[] =>
  selectSites('site_id', siteIds.map(quoteBlob));

export const selectSitesByOrdinal = (ordinals: readonly number[]): string[] =>
  selectSites('ordinal', ordinals.map(String));

function selectSites(column: string, values: readonly string[]): string[] {
  const statements: string[] = [];
  for (let from = 0; from < values.length; from += SITES_PER_STATEMENT) {
    const some = values.slice(from, from + SITES_PER_STATEMENT);
    statements.push(statementText`
      SELECT ordinal, site_id FROM ${SITE_TABLE}
      WHERE ${column} IN (${some.join(', ')})`);
  }
  return statements;
}

/** Gives sites that are not known yet the next ordinals. */
export function registerSites(siteIds: readonly Uint8Array[]): Statement {
  const ids = siteIds.map((siteId) => `(${quoteBlob(siteId)})`).join(', ');
  return statement(`INSERT OR IGNORE INTO ${SITE_TABLE} (site_id) VALUES ${ids}`);
}

/**
 * Gives this database another site id. Everything that it wrote before keeps the old one.
 *
 * @param movesUnshared except for what others have not got yet of its counters and registers.
 */
export function rotateSiteStatements(
  specs: readonly TableSpec[],
  movesUnshared: boolean,
): Statement[] {
  return [
    ...specs.flatMap(forgetKept).map((sql) => statement(sql)),
    statement(`INSERT INTO ${SITE_TABLE} (site_id) VALUES (randomblob(16))`),
    ...(movesUnshared ? specs.flatMap(moveUnshared).map((sql) => statement(sql)) : []),
    statement(`UPDATE ${STATE_TABLE} SET site = (SELECT max(ordinal) FROM ${SITE_TABLE})`),
    ...forgetHistory(),
    forgetTickets(),
  ];
}
