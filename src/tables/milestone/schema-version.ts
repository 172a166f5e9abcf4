import { statementText } from '../../sql/layout.js';
import { GUARD_TABLE, HISTORY_TABLE } from '../../sql/names.js';
import { type Query, queryRow } from '../../sql/statement.js';

export function readSchemaVersion(read: (version: number) => void): Query {
  const sql = `SELECT schema_version FROM ${HISTORY_TABLE}`;
  return queryRow(sql, ({ 0: version }) => read(Number(version)));
}

/** Lets processes with another schema notice that crr_table changes, if `condition` holds. */
export function raiseSchemaVersion(condition: string): string {
  return statementText`
    UPDATE ${HISTORY_TABLE}
    SET schema_version = schema_version + 1
    WHERE ${condition}`;
}

/** Refuses a batch that was made for another schema_version. */
export function unlessMigrated(version: number): string {
  return statementText`
    INSERT INTO ${GUARD_TABLE} (reason)
    SELECT 'stale'
    FROM ${HISTORY_TABLE}
    WHERE schema_version <> ${version}`;
}
