import { type Layout, statementText } from '../../sql/layout.js';
import { APPLY_TABLE } from '../../sql/names.js';

/**
 * crr_apply has one row, about the running apply, or the last one. Writes do not need it, so it is not in crr_state, which
 * each of them reads and writes as a whole.
 *
 *     prior_db_version  db_version before it, to go back to if nothing was new
 *     has_local_news    1 if it stamps what its batch does not contain: changes that waited, and values of former lives;
 *                       then whoever sent the batch lacks something of its db_version
 *     source            who brought its changes; see crr_pending
 *     greatest_time     the greatest version that columns merged by time take in it. Only written if it lets in what waits for
 *                       such a column: in the text of the statements that do, it would make each of them another one to compile
 */
export function applyStatements(): string[] {
  return [
    // No constraints: triggers write here, and SQLite would keep a journal of each statement.
    statementText`
      CREATE TABLE IF NOT EXISTS ${APPLY_TABLE} (
        id INTEGER PRIMARY KEY,
        prior_db_version INTEGER,
        has_local_news INTEGER,
        source TEXT,
        greatest_time INTEGER
      )`,
    statementText`
      INSERT INTO ${APPLY_TABLE} (id, prior_db_version, has_local_news, source)
      SELECT 1, 0, 0, ''
      WHERE NOT EXISTS (SELECT 1 FROM ${APPLY_TABLE})`,
  ];
}

/** SQL of the source of the running apply. */
export const SOURCE = `(SELECT source FROM ${APPLY_TABLE})`;

/** SQL of the db_version before the running apply. */
export const PRIOR_DB_VERSION = `(SELECT prior_db_version FROM ${APPLY_TABLE})`;

/** SQL of the greatest version that columns merged by time take in the running apply. */
export const GREATEST_TIME = `(SELECT greatest_time FROM ${APPLY_TABLE})`;

export const noteGreatestTime = (version: number) =>
  `UPDATE ${APPLY_TABLE} SET greatest_time = ${version}`;

/** Notes that the running apply stamps what its batch does not contain. */
export const NOTE_LOCAL_NEWS = `UPDATE ${APPLY_TABLE} SET has_local_news = 1`;

/** The same if `condition` holds. */
export const noteLocalNewsIf = (condition: Layout) => statementText`
  ${NOTE_LOCAL_NEWS}
  WHERE ${condition}`;
