import { isLog } from '../columns/registry.js';
import { wireOffset } from '../columns/versions.js';
import type { TableSpec } from '../model/table-spec.js';
import { block, type Layout, lines, statementText } from '../sql/layout.js';
import { SITE_TABLE } from '../sql/names.js';
import { quoteText } from '../sql/quote.js';
import { cells } from './cells/table.js';
import { cellVersionSql } from './clock/clock.js';
import { clock, clockKeys } from './clock/table.js';

/**
 * The causal lengths and versions, as on the wire, that this database has for a list of changes: the index
 * of each change whose row is known, with both. The version is below 0, or NULL, if the cell is not known.
 *
 * @param rows `VALUES` with an index, the cid, the site id and the key of each change.
 */
export function knownVersionsSql(spec: TableSpec, rows: string): string {
  const sameKey = clockKeys(spec).map((key, i) => `clock.${key} = pushed.column${i + 4}`);
  return statementText`
    SELECT
      pushed.column1,
      clock.causal_length,
      CASE pushed.column2
        ${lines(spec.clockColumns.map((column) => clockCell(column)))}
        ${lines(spec.cellColumns.map((column) => siteCell(spec, column)))}
        WHEN '-1' THEN clock.causal_length
      END
    FROM (
      ${rows}
    ) AS pushed
    JOIN ${clock(spec)} AS clock
      ON ${sameKey.join(' AND ')}`;
}

function clockCell(column: TableSpec['clockColumns'][number]): string {
  const version = `${cellVersionSql(column.name, 'clock.')} + ${wireOffset(column)}`;
  return `WHEN ${quoteText(column.name)} THEN ${version}`;
}

function siteCell(spec: TableSpec, column: TableSpec['cellColumns'][number]): Layout {
  const sameRow = clockKeys(spec).map((key) => `x.${key} = clock.${key}`);
  return block`
    WHEN ${quoteText(column.name)} THEN (
      SELECT ${isLog(column) ? 'max(x.version)' : 'x.version'} + ${wireOffset(column)} FROM ${cells(spec)} AS x
      WHERE
        ${sameRow.join(' AND ')}
        AND x.column_name = pushed.column2
        AND x.site = (SELECT ordinal FROM ${SITE_TABLE} WHERE site_id = pushed.column3)
    )`;
}
