import type { TableSpec } from '../../model/table-spec.js';
import { any, block, statementText } from '../../sql/layout.js';
import { clockTable, PENDING_TABLE, STATE_TABLE } from '../../sql/names.js';
import { quoteName } from '../../sql/quote.js';

/**
 * Begins a merge: write triggers do nothing, and cells that win are stamped with a new db_version. That of the
 * sender is not adopted: it orders the sender's feed, and a sender could otherwise use up the safe integers.
 */
export function beginApplySql(): string {
  return statementText`
    UPDATE ${STATE_TABLE}
    SET
      applying = 1,
      prior_db_version = db_version,
      db_version = db_version + 1,
      has_local_news = EXISTS (SELECT 1 FROM ${PENDING_TABLE})`;
}

/** Ends it. If nothing was new the db_version goes back, or two idle peers would count for ever. */
export function endApplySql(specs: readonly TableSpec[]): string {
  const tables = [...specs.map(({ name }) => quoteName(clockTable(name))), PENDING_TABLE];
  const news = tables.map(
    (table) =>
      block`EXISTS (SELECT 1 FROM ${table} AS news WHERE news.db_version = ${STATE_TABLE}.db_version)`,
  );
  return statementText`
    UPDATE ${STATE_TABLE}
    SET
      applying = 0,
      db_version = CASE
        WHEN ${any(news)}
        THEN db_version
        ELSE prior_db_version
      END`;
}
