import { statementText } from '../../sql/layout.js';
import { COMMIT_TABLE } from '../../sql/names.js';

/**
 * crr_commit: who made a transaction and why, if its writer gave that.
 *
 *     site, db_version  the transaction: the writer's ordinal, and the writer's db_version
 *     author, message   as the writer gave them; a claim, not a proof
 */
export function commitStatements(): string[] {
  return [
    statementText`
      CREATE TABLE IF NOT EXISTS ${COMMIT_TABLE} (
        site INTEGER NOT NULL,
        db_version INTEGER NOT NULL,
        author TEXT,
        message TEXT,
        PRIMARY KEY (site, db_version)
      )`,
  ];
}
