import type { TableSpec } from '../../model/table-spec.js';
import { any, block } from '../../sql/layout.js';
import { noteLocalNewsIf } from '../apply/table.js';
import { DB_VERSION } from '../state/table.js';
import { isResetNowSql } from './clock.js';
import { clock } from './table.js';

/**
 * Records that the running apply reset cells: their values are news of this database, which the sender of the
 * batch may not have.
 */
export function noteResetCells(spec: TableSpec): string {
  const isReset = spec.clockColumns.map(({ name }) => isResetNowSql(name, 'clock.'));
  return noteLocalNewsIf(block`
    EXISTS (
      SELECT 1 FROM ${clock(spec)} AS clock
      WHERE
        clock.db_version = ${DB_VERSION}
        AND (
          ${any(isReset)}
        )
    )`);
}
