import { cellTypeOf } from '../../columns/registry.js';
import type { ReplicatedColumnSpec, TableSpec } from '../../model/table-spec.js';
import { block, type Layout, statementText } from '../../sql/layout.js';
import { quoteText } from '../../sql/quote.js';
import { cells } from '../cells/table.js';
import { sameKeys } from '../clock/table.js';
import { covers, eventVersion, heads, isNew, log } from './table.js';

/*
 * Heads of registers where nobody's events are among those of a row. What such an event has replaced is not known from versions: in
 * a register, each site counts its own. The cells say which values stand, so they say what the heads are.
 */

/**
 * After the events and the imports of a merge are in.
 *
 * @param isChanged SQL condition: the heads of the row of the event `last` may be others.
 */
export const noteStanding = (spec: TableSpec, isChanged = isNew(spec, 'last')): string[] =>
  spec.cellColumns
    .filter((column) => cellTypeOf(column).lists === 'conflicts')
    .flatMap((column) => {
      const concerned = isConcerned(spec, column, isChanged);
      return [forgetOverwritten(spec, column, concerned), addStanding(spec, column, concerned)];
    });

/** SQL condition: the event wrote the value of its site that stands. */
function stands(spec: TableSpec, column: ReplicatedColumnSpec, e: string) {
  return block`EXISTS (
    SELECT 1 FROM ${cells(spec)} AS x
    WHERE ${sameKeys(spec, 'x', e)} AND x.column_name = ${quoteText(column.name)} AND x.site = ${e}.site AND x.version = ${e}.${eventVersion(column.name)} AND ${cellTypeOf(column).standsSql}
  )`;
}

/** SQL condition: the event `last` is the last one of the register, and there is one of nobody in its row's life. */
function isConcerned(spec: TableSpec, { name }: ReplicatedColumnSpec, isChanged: string) {
  return block`
    ${isChanged}
    AND last.causal_length % 2 = 1
    AND ${covers(spec, 'last', name)}
    AND EXISTS (
      SELECT 1 FROM ${log(spec)} AS assumed
      WHERE ${sameKeys(spec, 'assumed', 'last')} AND assumed.seq IS NULL AND assumed.causal_length = last.causal_length AND assumed.${eventVersion(name)} IS NOT NULL
    )
    AND NOT EXISTS (
      SELECT 1 FROM ${log(spec)} AS later
      WHERE ${sameKeys(spec, 'later', 'last')} AND later.id > last.id AND ${covers(spec, 'later', name)}
    )`;
}

function forgetOverwritten(spec: TableSpec, column: ReplicatedColumnSpec, isConcerned: Layout) {
  return statementText`
    DELETE FROM ${heads(spec)}
    WHERE
      column_name = ${quoteText(column.name)}
      AND event IN (
        SELECT last.id FROM ${log(spec)} AS last
        WHERE ${isConcerned}
      )
      AND head IN (
        SELECT y.id FROM ${log(spec)} AS y
        WHERE y.id = head AND y.${eventVersion(column.name)} IS NOT NULL AND NOT ${stands(spec, column, 'y')}
      )`;
}

function addStanding(spec: TableSpec, column: ReplicatedColumnSpec, isConcerned: Layout) {
  return statementText`
    INSERT INTO ${heads(spec)} (event, column_name, head)
    SELECT last.id, ${quoteText(column.name)}, y.id
    FROM ${log(spec)} AS last
    CROSS JOIN ${log(spec)} AS y
    WHERE
      ${isConcerned}
      AND ${sameKeys(spec, 'y', 'last')}
      AND y.causal_length = last.causal_length
      AND (
        ${stands(spec, column, 'y')}
        OR y.id = last.id AND y.${eventVersion(column.name)} IS NULL
      )
    ON CONFLICT DO NOTHING`;
}
