import type { ClockColumnType } from '../../columns/column-type.js';
import { inRangesSql } from '../../columns/versions.js';
import type { ReplicatedColumnSpec } from '../../model/table-spec.js';
import { greaterSql } from '../../sql/compare.js';
import { block, type Fragment, lines } from '../../sql/layout.js';

/**
 * SQL condition: of two states of one cell that a site wrote in one life of the row, the one to be inserted
 * (`excluded`) replaces the one that waits. No site writes two of one version, but version 0 is that of
 * any cell from a former life, and every cell that was carried over from another column type is the
 * neutral site's. So if the value decides, it decides here too.
 *
 * @param types those that the value decides. A column may be unknown here, but the version shows its type.
 */
export function isNewerSql(types: readonly ClockColumnType[]): Fragment {
  const lastWrite = block`
    excluded.col_version > col_version
    OR excluded.col_version = col_version AND ${greaterSql('excluded.val', 'val')}`;
  if (types.length === 0) return lastWrite;
  const cases = types.map((type) => {
    const state = (row: string) => ({
      version: `${row}col_version - ${type.range.first}`,
      value: `${row}val`,
    });
    const column: ReplicatedColumnSpec = { ...WAITING, kind: { type: type.name } };
    return block`
      WHEN
        ${inRangesSql('excluded.col_version', [type.range])}
        AND ${inRangesSql('col_version', [type.range])}
      THEN
        ${type.wins(column, state('excluded.'), state(''))}`;
  });
  return block`
    CASE
      ${lines(cases)}
      ELSE
        ${lastWrite}
    END`;
}

/** The column `val`, which keeps every storage class. */
const WAITING = { name: 'val', property: 'val', sqlType: '', notNull: false, default: undefined };
