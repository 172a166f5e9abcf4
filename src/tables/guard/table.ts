import { statementText } from '../../sql/layout.js';
import { GUARD_TABLE } from '../../sql/names.js';
import { type Statement, statement } from '../../sql/statement.js';

/**
 * Why a batch is refused from inside the database. A row offered to `crr_guard` raises an error, which a
 * plain statement cannot; the table never keeps a row.
 */
export const GUARDS = {
  /** The ordinals that this process knows are out of date; it reads them again and retries. */
  stale: 'drizzle-crr: stale',
  /** A change claims this site with a version that it never issued. */
  forged: 'drizzle-crr: forged',
  /** Another database has pushed under the site id of the one that pushes now. */
  copied: 'drizzle-crr: copied',
  /** The sender does not know of deletes that were forgotten here. */
  forgotten: 'drizzle-crr: forgotten',
  /** A row lacks a NOT NULL cell, and the caller wants no pending rows. */
  incomplete: 'drizzle-crr: incomplete',
  /** What the base tables show may not be what the merged rows say; the batch is sent again, and settles. */
  unsettled: 'drizzle-crr: unsettled',
  /** Rows hang on rows that hang on rows, more levels than settling can follow. */
  deep: 'drizzle-crr: deep',
} as const;

export function guardStatements(): string[] {
  return [
    `CREATE TABLE IF NOT EXISTS ${GUARD_TABLE} (reason TEXT NOT NULL) STRICT`,
    ...Object.entries(GUARDS).map(
      ([reason, message]) => statementText`
        CREATE TRIGGER IF NOT EXISTS ${GUARD_TABLE}_${reason}
        BEFORE INSERT ON ${GUARD_TABLE}
        WHEN new.reason = '${reason}'
        BEGIN
          SELECT RAISE(ABORT, '${message}');
        END`,
    ),
  ];
}

/** Fails the batch if a query returns a row: the guard's reason must not be NULL. */
export function refuseIfFound({ sql, args }: Statement): Statement {
  return statement(`INSERT INTO ${GUARD_TABLE} (reason) SELECT NULL FROM (${sql}) LIMIT 1`, args);
}

/** Fails the batch as {@link refuseIfFound} does. */
export const refuseAlways = (): Statement => refuseIfFound(statement('SELECT 1'));
