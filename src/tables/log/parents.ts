import type { TableSpec } from '../../model/table-spec.js';
import { block, type Layout, lines } from '../../sql/layout.js';
import { quoteText } from '../../sql/quote.js';
import { sameKeys } from '../clock/table.js';
import { cellNames, covers, dotSql, heads, log } from './table.js';

/**
 * SQL of the parents of an event, as in the column `parents`. An event that was written here replaced the heads that
 * its cells had in the log before it: the last event that covered the cell, or the heads that were noted with that one.
 * Nothing is walked: an index finds the last event.
 */
export function parentsSql(spec: TableSpec, e: string): Layout {
  const ofCells = cellNames(spec).map((name, i) => {
    const before = block`
      (
        SELECT last.id FROM ${log(spec)} AS last
        WHERE ${sameKeys(spec, 'last', e)} AND last.arrived <= ${e}.arrived AND last.id < ${e}.id AND ${covers(spec, 'last', name)}
        ORDER BY last.arrived DESC, last.id DESC
        LIMIT 1
      )`;
    const dots = block`
      CASE WHEN ${covers(spec, e, name)} THEN ifnull((
        SELECT ifnull(
          (
            SELECT group_concat(${dotSql('other')}, ' ')
            FROM ${heads(spec)} AS noted
            JOIN ${log(spec)} AS other ON other.id = noted.head
            WHERE noted.event = last.id AND noted.column_name = ${quoteText(name)} AND other.seq IS NOT NULL
          ),
          ${dotSql('last')}
        ) || ' '
        FROM ${log(spec)} AS last
        WHERE last.id = ${before} AND last.seq IS NOT NULL
      ), '') ELSE '' END`;
    return i === 0 ? dots : block`|| ${dots}`;
  });
  return block`
    CASE
      WHEN ${e}.parents IS NOT NULL THEN ${e}.parents
      WHEN NOT EXISTS (
        SELECT 1 FROM ${log(spec)} AS last
        WHERE ${sameKeys(spec, 'last', e)} AND last.arrived <= ${e}.arrived AND last.id < ${e}.id
      ) THEN ' '
      ELSE ' ' || (
        ${lines(ofCells)}
      )
    END`;
}
