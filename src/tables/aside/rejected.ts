import { maskableColumns } from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import { all, statementText } from '../../sql/layout.js';
import { quoteName } from '../../sql/quote.js';
import { clockKeys } from '../clock/table.js';
import { shownValue } from './masks.js';
import { THIRD_PASS } from './pass.js';
import { isBaseOf } from './sql.js';
import { aside } from './table.js';

/*
 * Rows that the database rejects as they would be shown. A CHECK fails for one row, which is found by looking which
 * ones are not there. A trigger that raises fails the whole batch: then merge-apart.ts finds out which parked rows may not be
 * shown, and they stay parked.
 */

/**
 * Parks rows that the database has rejected although they came before: what shows them now, or masks them, is the
 * change of another row, and that one must not fail for it.
 */
export function parkRejected(spec: TableSpec): string {
  const differs = spec.clockColumns.filter(({ name }) => maskableColumns(spec).includes(name));
  return statementText`
    UPDATE ${aside(spec)}
    SET
      state = 'rejected',
      pass = ${THIRD_PASS - 1}
    WHERE
      state = 'open'
      AND NOT EXISTS (
        SELECT 1 FROM ${quoteName(spec.name)} AS base
        WHERE
          ${all([isBaseOf(spec, aside(spec), 'base'), ...differs.map((column) => `base.${quoteName(column.name)} IS ${shownValue(spec, column.name, aside(spec))}`)])}
      )`;
}

/** Parks again what was parked before the running apply. */
export function withholdParked(spec: TableSpec): string {
  return statementText`
    UPDATE ${aside(spec)}
    SET
      state = 'rejected',
      pass = ${THIRD_PASS - 1}
    WHERE state = 'open' AND was IN ('reference', 'unique', 'rejected')`;
}

/** The next apply decides again about rows that the database has rejected as they would be shown. */
export function openRejected(spec: TableSpec): string {
  return statementText`
    UPDATE ${aside(spec)}
    SET
      was = state,
      state = 'open'
    WHERE state = 'rejected'`;
}

/** Takes that back for some rows. @param keys `VALUES` of keys. */
export function releaseParked(spec: TableSpec, keys: string): string {
  return statementText`
    UPDATE ${aside(spec)}
    SET
      state = 'open',
      pass = NULL
    WHERE
      state = 'rejected'
      AND (${clockKeys(spec).join(', ')}) IN (${keys})`;
}
