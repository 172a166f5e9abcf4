import type { TableSpec } from '../../model/table-spec.js';
import { statementText } from '../../sql/layout.js';
import { GUARD_TABLE } from '../../sql/names.js';
import { THIRD_PASS } from './pass.js';
import { aside } from './table.js';

/** Has the batch sent again if it has parked rows that the database rejects: others may have to leave with them. */
export function refuseRejected(spec: TableSpec): string {
  return statementText`
    INSERT INTO ${GUARD_TABLE} (reason)
    SELECT 'unsettled' FROM ${aside(spec)}
    WHERE state = 'rejected' AND pass = ${THIRD_PASS - 1}
    LIMIT 1`;
}
