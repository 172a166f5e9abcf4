import type { TableSpec } from '../../model/table-spec.js';
import type { SqlValue } from '../../model/value.js';
import { all, any, block, type Fragment, list, statementText } from '../../sql/layout.js';
import { quoteName } from '../../sql/quote.js';
import { bindValue, type Query, type Statement, statement } from '../../sql/statement.js';
import { cells } from '../cells/table.js';
import { keyValues, keyWidth, readKey } from '../clock/read-key.js';
import { clock, clockKeyIs, clockKeys, sameKeys } from '../clock/table.js';
import { DB_VERSION } from '../state/table.js';
import { shownValue } from './masks.js';
import { SECOND_PASS, THIRD_PASS } from './pass.js';
import { isBaseOf } from './sql.js';
import { aside } from './table.js';
import { isConcerned } from './unsettled.js';

/*
 * Rows that the database rejects as they would be shown. A CHECK fails for one row, which is found by looking which
 * ones are not there. A trigger that raises fails the whole batch: then merge-apart.ts finds out which rows may not be
 * shown, and they are parked with the reason.
 */

/** Assignments: the row is parked before a pass. */
export const rejectedBefore = (pass: number) => ["state = 'rejected'", `pass = ${pass - 1}`];

/**
 * Parks rows that the database has rejected although they came before: what shows them now, or masks them, is the
 * change of another row, and that one must not fail for it.
 */
export function parkRejected(spec: TableSpec): string {
  const shows = spec.clockColumns.map(
    ({ name }) => `base.${quoteName(name)} IS ${shownValue(spec, name, aside(spec))}`,
  );
  return statementText`
    UPDATE ${aside(spec)}
    SET
      ${list(rejectedBefore(THIRD_PASS))}
    WHERE
      state = 'open'
      AND NOT EXISTS (
        SELECT 1 FROM ${quoteName(spec.name)} AS base
        WHERE
          ${all([isBaseOf(spec, aside(spec), 'base'), ...shows])}
      )`;
}

/** SQL of `pass` when all rows aside are decided anew: 0 if the database rejects the row, and nothing has changed. */
export const knownPass = (spec: TableSpec): Fragment => block`
  CASE
    WHEN
      error <> ''
      AND NOT (
        ${any(isConcerned(spec, aside(spec)))}
      )
    THEN 0
  END`;

/** Parks such rows again. */
export function parkKnown(spec: TableSpec): string {
  return statementText`
    UPDATE ${aside(spec)}
    SET
      ${list(rejectedBefore(SECOND_PASS))}
    WHERE state = 'open' AND pass = 0`;
}

/**
 * Parks a row that the database rejects. One that is parked already, because its parent is not there, keeps the reason.
 *
 * @param where a further condition on the row aside.
 */
export function parkWithReason(
  spec: TableSpec,
  key: readonly SqlValue[],
  reason: string,
  where: Fragment = 'true',
): Statement {
  const args: SqlValue[] = [];
  const sql = statementText`
    UPDATE ${aside(spec)}
    SET
      ${list([
        "state = CASE state WHEN 'open' THEN 'rejected' ELSE state END",
        `pass = CASE state WHEN 'open' THEN ${SECOND_PASS - 1} ELSE pass END`,
        `error = ${bindValue(reason, args)}`,
      ])}
    WHERE
      ${all([...clockKeyIs(spec, key, args), where])}`;
  return statement(sql, args);
}

/** SQL condition on a row aside: the running apply has merged something of it. */
export function isMergedNow(spec: TableSpec): Fragment {
  const tables = [clock(spec), ...(spec.cellColumns.length > 0 ? [cells(spec)] : [])];
  return block`
    (
      ${any(
        tables.map(
          (table) => block`
            EXISTS (
              SELECT 1 FROM ${table} AS merged
              WHERE ${sameKeys(spec, 'merged', aside(spec))} AND merged.db_version = ${DB_VERSION}
            )`,
        ),
      )}
    )`;
}

/** The next apply decides again about rows that the database has rejected. */
export function openRejected(spec: TableSpec): string {
  return statementText`
    UPDATE ${aside(spec)}
    SET
      ${list(['was = state', "state = 'open'", 'error = NULL'])}
    WHERE state = 'rejected'`;
}

/** Lists the rows that the database has rejected, with the reason if it gave one. */
export function listParkedRejected(
  spec: TableSpec,
  read: (key: readonly SqlValue[], reason: string | undefined) => void,
): Query {
  const sql = statementText`
    SELECT
      ${list([...keyValues(spec), 'error'])}
    FROM ${aside(spec)}
    WHERE state = 'rejected'
    ORDER BY ${clockKeys(spec).join(', ')}`;
  const atError = keyWidth(spec);
  return {
    ...statement(sql),
    read(rows) {
      for (const row of rows) {
        const error = row[atError];
        read(
          readKey(spec, row, 0),
          error === null || error === undefined ? undefined : String(error),
        );
      }
    },
  };
}
