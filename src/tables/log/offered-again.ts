import { isCounter } from '../../columns/registry.js';
import type { TableSpec } from '../../model/table-spec.js';
import { all, any, block, statementText } from '../../sql/layout.js';
import { quoteText } from '../../sql/quote.js';
import { sameKeys } from '../clock/table.js';
import { replacesByPruned } from './replaced.js';
import { rowOfEvent, showsEvent } from './shown.js';
import { cellNames, coversNamed, eventVersion, isNew, log, pruned } from './table.js';

/*
 * Events that were pruned here, or where this database has its log from, and are offered again by a site that still has
 * them.
 */

/** From now on {@link dropPruned} looks at what merges bring. */
export const expectPruned = (spec: TableSpec): string =>
  `INSERT INTO ${pruned(spec)} (id, version, time, swept, keep) VALUES (1, 0, 0, 0, 0) ON CONFLICT (id) DO NOTHING`;

/**
 * Removes new events that are known to be replaced in all cells by what the log had of the row before, through events that
 * were pruned. Until a table was pruned somewhere, one look at an empty table shows that there are none.
 */
export function dropPruned(spec: TableSpec): string {
  const e = log(spec);
  const before = block`
    SELECT 1 FROM ${e} AS k
    WHERE ${sameKeys(spec, 'k', e)} AND k.arrived < ${e}.arrived AND ${replacesByPruned('k', e)}`;
  const names = cellNames(spec).map((name) => `(${quoteText(name)})`);
  const isShown = spec.clockColumns.map((column) => showsEvent(spec, e, column));
  const shares = spec.cellColumns.filter(isCounter);
  return statementText`
    DELETE FROM ${e}
    WHERE
      ${all([
        `EXISTS (SELECT 1 FROM ${pruned(spec)})`,
        isNew(spec, e),
        `${e}.seq IS NOT NULL`,
        block`EXISTS (
          ${before}
        )`,
        block`NOT EXISTS (
          SELECT 1 FROM (VALUES ${names.join(', ')}) AS cell
          WHERE ${coversNamed(spec, e, 'cell.column1')} AND NOT EXISTS (
            ${before} AND ${coversNamed(spec, 'k', 'cell.column1')}
          )
        )`,
        // What a row shows, and what a counter adds up, is not pruned: it is taken, whatever was said to have replaced it.
        ...(isShown.length === 0
          ? []
          : [
              block`NOT EXISTS (
                SELECT 1 FROM ${rowOfEvent(spec, e)}
                  AND (
                    ${any(isShown)}
                  )
              )`,
            ]),
        ...shares.map(
          ({ name }) => block`(
            ${e}.${eventVersion(name)} IS NULL
            OR EXISTS (
              SELECT 1 FROM ${e} AS k
              WHERE ${sameKeys(spec, 'k', e)} AND k.arrived < ${e}.arrived AND k.site = ${e}.site AND k.causal_length = ${e}.causal_length AND k.${eventVersion(name)} >= ${e}.${eventVersion(name)}
            )
          )`,
        ),
      ])}`;
}
