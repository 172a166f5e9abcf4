import { replicatedColumns, type TableSpec } from '../../model/table-spec.js';
import { all, any, block, type Fragment, type Layout, statementText } from '../../sql/layout.js';
import { quoteText } from '../../sql/quote.js';
import { sameKeys } from '../clock/table.js';
import { DB_VERSION } from '../state/table.js';
import { replacesByPruned } from './replaced.js';
import {
  cellNames,
  covers,
  coversNamed,
  coversRow,
  dotSql,
  eventVersion,
  heads,
  isNew,
  log,
  markedVersion,
} from './table.js';

/*
 * Heads of cells that sites wrote without each other's write, among the events that came with the running merge.
 */

/** SQL of the version that an event gave to a cell whose name is SQL. */
function versionNamed(spec: TableSpec, e: string, name: string): string {
  const columns = replicatedColumns(spec).map(
    (column) => `WHEN ${quoteText(column.name)} THEN abs(${markedVersion(e, column)})`,
  );
  return columns.length === 0 ? '0' : `ifnull(CASE ${name} ${columns.join(' ')} END, 0)`;
}

/** SQL condition: a nobody's event counts as replaced by another, or by the event that it stands for. */
function replacesAssumed(spec: TableSpec, e: string, assumed: string, cell: string): Layout {
  const version = (x: string) => versionNamed(spec, x, cell);
  return block`
    (
      ${e}.causal_length > ${assumed}.causal_length
      OR ${e}.causal_length = ${assumed}.causal_length AND (
        ${version(e)} > ${version(assumed)}
        OR ${version(e)} = ${version(assumed)} AND ${e}.site = ${assumed}.site
      )
    )`;
}

/** SQL condition: an event that covers the cell has replaced another one, which is in its parents, or was before they were pruned. */
const isParent = (spec: TableSpec, parent: string, child: string, cell: string) =>
  `(instr(${child}.parents, ' ' || ${dotSql(parent)} || ' ') > 0 OR ${replacesByPruned(child, parent)}) AND ${coversNamed(spec, child, cell)}`;

/** SQL condition: the event `z` has replaced `y` in the cell, whichever came first. */
export function replaces(spec: TableSpec, z: string, y: string, cell: string): Layout {
  return block`
    CASE
      WHEN ${y}.seq IS NULL THEN ${coversNamed(spec, z, cell)} AND ${replacesAssumed(spec, z, y, cell)}
      WHEN ${z}.seq IS NULL THEN ${coversNamed(spec, z, cell)} AND NOT ${replacesAssumed(spec, y, z, cell)} AND (${z}.causal_length > ${y}.causal_length OR ${versionNamed(spec, z, cell)} > ${versionNamed(spec, y, cell)})
      ELSE ${isParent(spec, y, z, cell)}
    END`;
}

/**
 * SQL condition: the event `y` is no head of the cell any more. What was a head before can only be replaced by what is new.
 * Usually the next event of the cell has it as parent, so that one is found first.
 */
function isReplaced(spec: TableSpec, y: string, cell: string): Layout {
  const isNext = replaces(spec, 'z', y, cell);
  return block`
    (
      EXISTS (
        SELECT 1 FROM ${log(spec)} AS z
        WHERE
          ${sameKeys(spec, 'z', y)}
          AND z.arrived = ${DB_VERSION}
          AND z.id > ${y}.id
          AND ${isNext}
      )
      OR ${y}.arrived = ${DB_VERSION} AND EXISTS (
        SELECT 1 FROM ${log(spec)} AS z
        WHERE
          ${sameKeys(spec, 'z', y)}
          AND z.id < ${y}.id
          AND ${isNext}
      )
    )`;
}

/** The last event `last` that covered a cell before the running merge, as FROM and what follows. */
const lastBefore = (spec: TableSpec, covers: string) => block`
  FROM ${log(spec)} AS last
  WHERE ${sameKeys(spec, 'last', 'x')} AND last.arrived < x.arrived AND ${covers}
  ORDER BY last.arrived DESC, last.id DESC
  LIMIT 1`;

/**
 * SQL condition: a cell of the new event `x` may have a head beside it, which is looked at more closely. It has none if the row
 * has no other new event, and the only head of each cell before is among the parents.
 */
function mayHaveRivals(spec: TableSpec): Layout {
  const isOnlyHead = (more: string) =>
    `last.seq IS NOT NULL AND instr(x.parents, ' ' || ${dotSql('last')} || ' ') > 0 AND (NOT EXISTS (SELECT 1 FROM ${heads(spec)}) OR NOT EXISTS (SELECT 1 FROM ${heads(spec)} AS noted WHERE noted.event = last.id${more}))`;
  const coversAll = replicatedColumns(spec).map(
    ({ name }) => `(x.${eventVersion(name)} IS NULL OR last.${eventVersion(name)} IS NOT NULL)`,
  );
  const cells = cellNames(spec).map(
    (name) => block`
      ${covers(spec, 'x', name)} AND NOT (
        SELECT ${isOnlyHead(` AND noted.column_name = ${quoteText(name)}`)}
        ${lastBefore(spec, covers(spec, 'last', name))}
      )`,
  );
  return block`
    CASE
      WHEN EXISTS (
        SELECT 1 FROM ${log(spec)} AS other
        WHERE ${sameKeys(spec, 'other', 'x')} AND other.arrived = x.arrived AND other.id <> x.id
      ) THEN true
      ELSE (
        SELECT
          CASE
            WHEN (${coversRow('last')} OR NOT ${coversRow('x')} AND ${coversAll.join(' AND ')}) AND ${isOnlyHead('')} THEN false
            ELSE (
              ${any(cells)}
            )
          END
        ${lastBefore(spec, 'true')}
      )
    END`;
}

/** The names of all cells, as a source `cell` of a query with the column `column1`. */
export function everyCell(spec: TableSpec): string {
  const names = cellNames(spec).map((name) => `(${quoteText(name)})`);
  return `(VALUES ${names.join(', ')}) AS cell`;
}

/** The new events that are the last ones to cover a cell, as FROM and WHERE: `x`, and the cell's name as `cell.column1`. */
function lastNew(spec: TableSpec, more: readonly Fragment[]): Layout {
  const cell = 'cell.column1';
  return block`
    FROM ${log(spec)} AS x
    CROSS JOIN ${everyCell(spec)}
    ${more[0] ?? ''}
    WHERE
      ${all([
        isNew(spec, 'x'),
        'x.seq IS NOT NULL',
        mayHaveRivals(spec),
        coversNamed(spec, 'x', cell),
        block`NOT EXISTS (
          SELECT 1 FROM ${log(spec)} AS later
          WHERE ${sameKeys(spec, 'later', 'x')} AND later.arrived = x.arrived AND later.id > x.id AND later.seq IS NOT NULL AND ${coversNamed(spec, 'later', cell)}
        )`,
        ...more.slice(1),
      ])}`;
}

/** Notes the heads of cells that have several, once the events of a merge are in. */
export const noteHeads = (spec: TableSpec): string[] => [
  noteRivals(spec),
  noteLastHeads(spec, isNew(spec, 'x'), isReplaced(spec, 'x', NOTED_CELL)),
];

/** SQL of the name of a cell whose heads were noted. */
export const NOTED_CELL = 'noted.column_name';

/** Notes heads beside the last event of a cell. */
function noteRivals(spec: TableSpec): string {
  const cell = 'cell.column1';
  const before = block`
    (
      SELECT last.id
      ${lastBefore(spec, coversNamed(spec, 'last', cell))}
    )`;
  return statementText`
    INSERT INTO ${heads(spec)} (event, column_name, head)
    SELECT x.id, ${cell}, y.id
    ${lastNew(spec, [
      block`CROSS JOIN ${log(spec)} AS y`,
      sameKeys(spec, 'y', 'x'),
      'y.id < x.id',
      coversNamed(spec, 'y', cell),
      block`(
        y.arrived = x.arrived
        OR EXISTS (SELECT 1 FROM ${heads(spec)} AS noted WHERE noted.event = ${before} AND noted.column_name = ${cell} AND noted.head = y.id)
        OR y.id = ${before} AND NOT EXISTS (SELECT 1 FROM ${heads(spec)} AS noted WHERE noted.event = y.id AND noted.column_name = ${cell})
      )`,
      block`NOT ${isReplaced(spec, 'y', cell)}`,
    ])}`;
}

/**
 * Where heads were noted, the last event `x` itself is one unless it is replaced.
 *
 * @param isConcerned SQL condition on `x`.
 * @param isReplaced SQL condition: `x` is no head of the cell of the note `noted`.
 */
export function noteLastHeads(spec: TableSpec, isConcerned: string, isReplaced: Layout): string {
  return statementText`
    INSERT INTO ${heads(spec)} (event, column_name, head)
    SELECT DISTINCT noted.event, noted.column_name, noted.event
    FROM ${heads(spec)} AS noted
    JOIN ${log(spec)} AS x ON x.id = noted.event
    WHERE
      ${isConcerned}
      AND NOT ${isReplaced}`;
}
