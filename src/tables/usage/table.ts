import type { TableSpec } from '../../model/table-spec.js';
import { block, type Layout, lines, statementText } from '../../sql/layout.js';
import { SITE_TABLE, USAGE_TABLE } from '../../sql/names.js';
import { quoteBlob, quoteText } from '../../sql/quote.js';
import { type Query, queryRow, type Statement, statement } from '../../sql/statement.js';
import { clock } from '../clock/table.js';
import { DB_VERSION } from '../state/table.js';

/**
 * crr_usage: what a source with limited rights has made this database keep for good, one row for each.
 *
 *     source      who brought the changes; see crr_pending
 *     sites       how many sites are known because of it
 *     tombstones  how many deletes it brought of rows that were not here
 */
export function usageStatements(): string[] {
  return [
    statementText`
      CREATE TABLE IF NOT EXISTS ${USAGE_TABLE} (
        source TEXT NOT NULL PRIMARY KEY,
        sites INTEGER NOT NULL DEFAULT 0,
        tombstones INTEGER NOT NULL DEFAULT 0
      ) STRICT`,
  ];
}

/** Notes that the running apply makes sites known. */
export function noteSites(source: string, count: number): Statement {
  return note(source, 'sites', block`(SELECT ${count} AS added)`);
}

/** Notes the tombstones that the running apply has left in a table. */
export function noteTombstones(source: string, spec: TableSpec): Statement {
  return note(source, 'tombstones', block`(SELECT count(*) AS added ${fromNewTombstones(spec)})`);
}

function note(source: string, column: string, added: Layout): Statement {
  return statement(statementText`
    INSERT INTO ${USAGE_TABLE} (source, ${column})
    SELECT ${quoteText(source)}, added
    FROM ${added}
    WHERE added > 0
    ON CONFLICT (source) DO UPDATE SET ${column} = ${column} + excluded.${column}`);
}

/** The tombstones that the running apply has left of rows that were not alive here. */
export function fromNewTombstones(spec: TableSpec): Layout {
  return block`
    FROM ${clock(spec)}
    WHERE
      db_version = ${DB_VERSION}
      AND causal_length % 2 = 0
      AND row_db_version IS NULL`;
}

/** SQL condition: a source has brought more tombstones than it may. */
export const hasTooManyTombstones = (source: string, most: number): Layout => block`
  EXISTS (
    SELECT 1 FROM ${USAGE_TABLE}
    WHERE source = ${quoteText(source)} AND tombstones > ${most}
  )`;

/** Reads how many sites are known because of a source, and how many of these are known at all. */
export function readSitesUsage(
  source: string,
  siteIds: readonly Uint8Array[],
  read: (brought: number, known: number) => void,
): Query {
  const sql = statementText`
    SELECT
      ifnull((SELECT sites FROM ${USAGE_TABLE} WHERE source = ${quoteText(source)}), 0),
      (SELECT count(*) FROM ${SITE_TABLE} WHERE site_id IN (${siteIds.map(quoteBlob).join(', ')}))`;
  return queryRow(sql, ({ 0: brought, 1: known }) => read(Number(brought), Number(known)));
}

/** No source can have brought more tombstones than there are left: others were forgotten. */
export function limitTombstoneUsage(specs: readonly TableSpec[]): Statement {
  const counts = specs.map(
    (spec) =>
      block`(SELECT count(*) FROM ${clock(spec)} WHERE causal_length % 2 = 0 AND db_version > 0)`,
  );
  return statement(statementText`
    UPDATE ${USAGE_TABLE}
    SET tombstones = min(
      tombstones,
      ${lines(counts.map((count, i) => (i === 0 ? count : block`+ ${count}`)))}
    )
    WHERE tombstones > 0`);
}
