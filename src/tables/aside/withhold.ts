import { maskableColumns } from '../../model/constraints.js';
import type { TableSpec } from '../../model/table-spec.js';
import { any, list, statementText } from '../../sql/layout.js';
import { clockKeys } from '../clock/table.js';
import { masksText } from './masks.js';
import { THIRD_PASS } from './pass.js';
import { rejectedBefore } from './rejected.js';
import { aside } from './table.js';

/**
 * Parks what would be shown otherwise than before the running apply, although the apply did not bring it: rows that
 * were parked, and rows whose masks change. The next apply decides about them.
 */
export function withholdOthers(spec: TableSpec): string {
  const none = '0'.repeat(maskableColumns(spec).length);
  const changes = `was IS NULL AND ${masksText(spec, aside(spec))} <> ifnull(was_masked, '${none}')`;
  return statementText`
    UPDATE ${aside(spec)}
    SET
      ${list([...rejectedBefore(THIRD_PASS), "error = ifnull(error, '')"])}
    WHERE
      state = 'open'
      AND (
        ${any(["was IN ('reference', 'unique', 'rejected')", ...(none === '' ? [] : [changes])])}
      )`;
}

/** Takes that back for some rows. @param keys `VALUES` of keys. */
export function releaseOthers(spec: TableSpec, keys: string): string {
  return statementText`
    UPDATE ${aside(spec)}
    SET
      ${list(["state = 'open'", 'pass = NULL', "error = nullif(error, '')"])}
    WHERE
      state = 'rejected'
      AND (${clockKeys(spec).join(', ')}) IN (${keys})`;
}
