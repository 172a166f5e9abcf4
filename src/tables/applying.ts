import type { TableSpec } from '../model/table-spec.js';
import { clockTable, PENDING_TABLE, STATE_TABLE } from '../sql/names.js';
import { quoteName } from '../sql/quote.js';

/**
 * No clock comes here honestly. A sender that claims more must not push this database to the end of
 * safe integers, where its own next write could neither be read nor sent.
 */
const FAR_FUTURE = 2 ** 52;

/** Begins merging: write triggers fall silent, and what wins is stamped with a new db_version. */
export function beginApplySql(greatestIncoming = 0): string {
  return `UPDATE ${STATE_TABLE} SET applying = 1, prior = db_version, db_version = max(db_version + 1, ${Math.min(greatestIncoming, FAR_FUTURE)})`;
}

/** Ends it. If nothing was new the db_version goes back, or two idle peers would count forever. */
export function endApplySql(specs: readonly TableSpec[]): string {
  const news = [...specs.map(({ name }) => quoteName(clockTable(name))), PENDING_TABLE]
    .map((table) => `EXISTS (SELECT 1 FROM ${table} WHERE dbv = db_version)`)
    .join(' OR ');
  return `UPDATE ${STATE_TABLE} SET applying = 0, db_version = CASE WHEN ${news} THEN db_version ELSE prior END`;
}
