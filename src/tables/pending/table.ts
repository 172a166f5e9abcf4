import { MAX_KEY_COLUMNS } from '../../model/limits.js';
import { greaterSql } from '../../sql/compare.js';
import { type Fragment, list, statementText } from '../../sql/layout.js';
import { PENDING_TABLE } from '../../sql/names.js';

/**
 * crr_pending: changes that are valid but early, one for each cell and site (whether the column will turn
 * out to have a cell for each site is not known yet), the newest seen of each.
 *
 *     table_name, pk, cid, val, col_version, causal_length, seq
 *                   as in the change
 *     site          ordinal of the writer
 *     db_version    this database's db_version when it came
 *     key_1, ...    the values of the key, so that plain SQL can apply the row
 */
export function pendingStatements(): string[] {
  const columns = [
    'table_name TEXT NOT NULL',
    'pk BLOB NOT NULL',
    'cid TEXT NOT NULL',
    'val ANY',
    'col_version INTEGER NOT NULL',
    'causal_length INTEGER NOT NULL',
    'site INTEGER NOT NULL',
    'seq INTEGER NOT NULL',
    'db_version INTEGER NOT NULL',
    ...pendingKeys(MAX_KEY_COLUMNS).map((name) => `${name} ANY`),
    'UNIQUE (table_name, pk, cid, site)',
  ];
  return [
    statementText`
      CREATE TABLE IF NOT EXISTS ${PENDING_TABLE} (
        ${list(columns)}
      ) STRICT`,
  ];
}

/** The columns that hold the values of a key. */
export function pendingKeys(keyColumns: number): string[] {
  return Array.from({ length: keyColumns }, (_, i) => `key_${i + 1}`);
}

export function pendingColumns(keyColumns: number): string[] {
  return [
    ...['table_name', 'pk', 'cid', 'val', 'col_version', 'causal_length'],
    ...['site', 'seq', 'db_version'],
    ...pendingKeys(keyColumns),
  ];
}

/** Keeps changes, a SELECT or VALUES of {@link pendingColumns}, if they are newer than those that wait. */
export function pendingUpsert(keyColumns: number, source: Fragment): string {
  return statementText`
    INSERT INTO ${PENDING_TABLE} (${pendingColumns(keyColumns).join(', ')})
    ${source}
    ON CONFLICT (table_name, pk, cid, site) DO UPDATE SET
      val = excluded.val,
      col_version = excluded.col_version,
      causal_length = excluded.causal_length,
      seq = excluded.seq,
      db_version = excluded.db_version
    WHERE
      excluded.causal_length > causal_length
      OR excluded.causal_length = causal_length
        AND (
          excluded.col_version > col_version
          OR excluded.col_version = col_version AND ${greaterSql('excluded.val', 'val')}
        )`;
}
