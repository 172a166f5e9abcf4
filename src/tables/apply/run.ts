import type { TableSpec } from '../../model/table-spec.js';
import { any, block, statementText } from '../../sql/layout.js';
import { APPLY_TABLE, clockTable, PENDING_TABLE, STATE_TABLE } from '../../sql/names.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import { isNotRejectedSql } from '../pending/table.js';
import { DB_VERSION } from '../state/table.js';
import { PRIOR_DB_VERSION, SOURCE } from './table.js';

/**
 * Begins a merge: write triggers do nothing, and cells that win are stamped with a new db_version. That of the
 * sender is not adopted: it orders the sender's feed, and a sender could otherwise use up the safe integers.
 *
 * @param source who brought the changes; see crr_pending.
 */
export function beginApply(source = ''): string[] {
  return [
    statementText`
      UPDATE ${APPLY_TABLE}
      SET
        source = ${quoteText(source)},
        prior_db_version = ${DB_VERSION},
        has_local_news = EXISTS (
          SELECT 1 FROM ${PENDING_TABLE} AS waiting
          WHERE waiting.source = ${quoteText(source)} AND ${isNotRejectedSql('waiting')}
        )`,
    `UPDATE ${STATE_TABLE} SET applying = 1, db_version = db_version + 1`,
  ];
}

/** Ends it. If nothing was new the db_version goes back, or two idle peers would count for ever. */
export function endApply(specs: readonly TableSpec[]): string {
  const isNow = `news.db_version = ${STATE_TABLE}.db_version`;
  const news = [
    ...specs.map(
      ({ name }) =>
        block`EXISTS (SELECT 1 FROM ${quoteName(clockTable(name))} AS news WHERE ${isNow})`,
    ),
    block`
      EXISTS (
        SELECT 1 FROM ${PENDING_TABLE} AS news
        WHERE news.source = ${SOURCE} AND ${isNow}
      )`,
  ];
  return statementText`
    UPDATE ${STATE_TABLE}
    SET
      applying = 0,
      db_version = CASE
        WHEN ${any(news)}
        THEN db_version
        ELSE ${PRIOR_DB_VERSION}
      END`;
}
