import { statementText } from '../../sql/layout.js';
import { SITE_TABLE } from '../../sql/names.js';

/** crr_site: which ordinal stands for which site id (16 bytes). The first row is this database's own. */
export function siteStatements(): string[] {
  return [
    statementText`
      CREATE TABLE IF NOT EXISTS ${SITE_TABLE} (
        ordinal INTEGER PRIMARY KEY,
        site_id BLOB NOT NULL UNIQUE
      ) STRICT`,
    statementText`
      INSERT INTO ${SITE_TABLE} (ordinal, site_id)
      SELECT 1, randomblob(16)
      WHERE NOT EXISTS (SELECT 1 FROM ${SITE_TABLE})`,
  ];
}
