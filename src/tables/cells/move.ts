import { cellTypeOf, isLog } from '../../columns/registry.js';
import type { ReplicatedColumnSpec, TableSpec } from '../../model/table-spec.js';
import { all, list, statementText } from '../../sql/layout.js';
import { SITE_TABLE } from '../../sql/names.js';
import { quoteText } from '../../sql/quote.js';
import { clockKeys } from '../clock/table.js';
import { KNOWN_VERSION } from '../milestone/table.js';
import { LOCAL_SITE } from '../state/table.js';
import { CELL_COLUMNS, cells } from './table.js';

/**
 * Before this database gets another site id: what it has written to its cells since others last got them goes to the
 * new site, which is registered already. The cells of the former site are left as others know them, so that they
 * merge with what a copy of this database has written under the same site id.
 */
export function moveUnshared(spec: TableSpec): string[] {
  return spec.cellColumns.flatMap((column) => moveColumn(spec, column));
}

function moveColumn(spec: TableSpec, column: ReplicatedColumnSpec): string[] {
  const { unshared } = cellTypeOf(column);
  const isUnshared = [
    `column_name = ${quoteText(column.name)}`,
    `site = ${LOCAL_SITE}`,
    `db_version > ${KNOWN_VERSION}`,
    // Without a base version the cell is as it came from others.
    'base_version <> version',
    unshared.condition,
  ];
  const values = [
    ...clockKeys(spec),
    ...['column_name', `(SELECT max(ordinal) FROM ${SITE_TABLE})`],
    ...[unshared.version, unshared.value, 'db_version', 'seq', '0'],
    ...(isLog(column) ? ['number', 'base_value'] : []),
  ];
  const more = isLog(column) ? ', number, base_value' : '';
  return [
    statementText`
      INSERT INTO ${cells(spec)} (${clockKeys(spec).join(', ')}, ${CELL_COLUMNS}, base_version${more})
      SELECT
        ${list(values)}
      FROM ${cells(spec)}
      WHERE
        ${all(isUnshared)}`,
    statementText`
      DELETE FROM ${cells(spec)}
      WHERE
        ${all([...isUnshared, 'base_version = 0'])}`,
    statementText`
      UPDATE ${cells(spec)}
      SET
        version = ${unshared.leftVersion},
        value = ${unshared.leftValue}
      WHERE
        ${all(isUnshared)}`,
  ];
}
