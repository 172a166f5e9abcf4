import {
  type ReplicatedColumnSpec,
  replicatedColumns,
  type TableSpec,
} from '../../model/table-spec.js';
import { all, any, block, type Layout, statementText } from '../../sql/layout.js';
import { quoteText } from '../../sql/quote.js';
import { sameKeys } from '../clock/table.js';
import { eventValueOf, eventVersion, isNew, log, markedVersion } from './table.js';

/*
 * Whether a merge has brought the event of cells that came before it, or cells without an event beside an event: then its log
 * takes more than usual; see take-over.ts.
 */

/** In the error of a batch that brings such an event. It is sent again, and takes over. */
export const EARLY_CELLS = 'drizzle-crr: early cells';

/** Fails the batch if an event takes something over, or the heads beside one of nobody are to be found. Last of a merge. */
export const refuseEarlyCells = (spec: TableSpec): string => statementText`
  SELECT json_extract('{}', ${quoteText(EARLY_CELLS)})
  WHERE
    EXISTS (
      SELECT 1
      ${writers(spec)}
    )
    OR EXISTS (
      SELECT 1
      ${rivals(spec)}
    )`;

/** SQL condition: the event `x` wrote what the cell of nobody's event `i` has. */
export function wrote(spec: TableSpec, column: ReplicatedColumnSpec, i: string): string {
  const [version, value] = [eventVersion(column.name), eventValueOf(column.name)];
  if (spec.cellColumns.includes(column))
    return `x.${version} = ${i}.${version} AND x.site = ${i}.site`;
  // Two sites can give a cell the same version. What a NULL stands for in a NOT NULL column is nobody's write.
  const isSame = `${i}.${value} IS x.${value} COLLATE BINARY`;
  return `${i}.${version} = abs(${markedVersion('x', column)}) AND ${column.notNull ? `(${isSame} OR x.${value} IS NULL)` : isSame}`;
}

/** SQL condition: the new event `x` is of the same life of the same row as nobody's event. */
export const isOfLife = (spec: TableSpec, i: string) =>
  block`${sameKeys(spec, 'x', i)} AND x.causal_length = ${i}.causal_length AND x.seq IS NOT NULL AND ${isNew(spec, 'x')}`;

export const isEmpty = (spec: TableSpec, i: string) =>
  all(['true', ...replicatedColumns(spec).map(({ name }) => `${i}.${eventVersion(name)} IS NULL`)]);

/** New events `x` with nobody's event of which they are the writers, as FROM and WHERE. */
export function writers(spec: TableSpec): Layout {
  return block`
    FROM ${log(spec)} AS x
    CROSS JOIN ${log(spec)} AS i
    WHERE
      i.seq IS NULL
      AND ${isOfLife(spec, 'i')}
      AND (
        ${any([
          block`(
            ${isEmpty(spec, 'i')}
          )`,
          ...replicatedColumns(spec).map((column) => `(${wrote(spec, column, 'i')})`),
        ])}
      )`;
}

/** New events `x` of nobody with another site's event that gave a cell the same version, as FROM and WHERE. */
export function rivals(spec: TableSpec): Layout {
  return block`
    FROM ${log(spec)} AS x
    CROSS JOIN ${log(spec)} AS other
    WHERE
      ${isNew(spec, 'x')}
      AND x.seq IS NULL
      AND ${sameKeys(spec, 'other', 'x')}
      AND other.causal_length = x.causal_length
      AND other.site <> x.site
      AND (
        ${any([
          'false',
          ...spec.clockColumns.map(
            (column) => `x.${eventVersion(column.name)} = abs(${markedVersion('other', column)})`,
          ),
        ])}
      )`;
}
