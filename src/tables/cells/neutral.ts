import { formerVersionSql } from '../../columns/versions.js';
import { NEUTRAL_ORDINAL } from '../../model/site.js';
import type { ReplicatedColumnSpec, TableSpec } from '../../model/table-spec.js';
import { block, type Layout, list } from '../../sql/layout.js';
import { quoteName, quoteText } from '../../sql/quote.js';
import { clockKeys } from '../clock/table.js';
import { DB_VERSION } from '../state/table.js';
import { CELL_COLUMNS, cells } from './table.js';

interface NeutralCells {
  /** SQL. */
  readonly seq: string;
  readonly version?: string;
  readonly site?: number;
}

/**
 * The head of an INSERT that puts what a base column (of `base`) shows into the cell of no site: every
 * site finds that value for itself, so it must not count once for each.
 */
export function neutralCellsHead(
  spec: TableSpec,
  column: ReplicatedColumnSpec,
  { seq, version = formerVersionSql(column, '1'), site = NEUTRAL_ORDINAL }: NeutralCells,
): Layout {
  const values = [
    ...spec.key.map(({ name }) => `base.${quoteName(name)}`),
    ...[quoteText(column.name), site, version],
    ...[`base.${quoteName(column.name)}`, DB_VERSION, seq],
  ];
  return block`
    INSERT INTO ${cells(spec)} (${clockKeys(spec).join(', ')}, ${CELL_COLUMNS})
    SELECT
      ${list(values)}`;
}
