import type { TableSpec } from '../../model/table-spec.js';
import { any, block, statementText } from '../../sql/layout.js';
import { clockTable, PENDING_TABLE, STATE_TABLE } from '../../sql/names.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import { isNotRejectedSql } from '../pending/table.js';

/**
 * Begins a merge: write triggers do nothing, and cells that win are stamped with a new db_version. That of the
 * sender is not adopted: it orders the sender's feed, and a sender could otherwise use up the safe integers.
 *
 * @param source who brought the changes; see crr_pending.
 */
export function beginApplySql(source = ''): string {
  return statementText`
    UPDATE ${STATE_TABLE}
    SET
      applying = 1,
      source = ${quoteText(source)},
      prior_db_version = db_version,
      db_version = db_version + 1,
      has_local_news = EXISTS (
        SELECT 1 FROM ${PENDING_TABLE} AS waiting
        WHERE waiting.source = ${quoteText(source)} AND ${isNotRejectedSql('waiting')}
      )`;
}

/** Ends it. If nothing was new the db_version goes back, or two idle peers would count for ever. */
export function endApplySql(specs: readonly TableSpec[]): string {
  const isNow = `news.db_version = ${STATE_TABLE}.db_version`;
  const news = [
    ...specs.map(
      ({ name }) =>
        block`EXISTS (SELECT 1 FROM ${quoteName(clockTable(name))} AS news WHERE ${isNow})`,
    ),
    block`
      EXISTS (
        SELECT 1 FROM ${PENDING_TABLE} AS news
        WHERE news.source = ${STATE_TABLE}.source AND ${isNow}
      )`,
  ];
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
