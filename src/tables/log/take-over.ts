import { replicatedColumns, type TableSpec } from '../../model/table-spec.js';
import { block, type Layout, list, statementText } from '../../sql/layout.js';
import { clockKeys, sameKeys } from '../clock/table.js';
import { isEmpty, isOfLife, rivals, writers, wrote } from './early-cells.js';
import { parentsSql } from './parents.js';
import { everyCell, NOTED_CELL, noteLastHeads, replaces } from './rivals.js';
import { coversNamed, eventValueOf, eventVersion, heads, isNew, log } from './table.js';

/*
 * Cells may come before their event, if a row travels in parts. They are nobody's event until the one that wrote them takes
 * them over. Then the row's heads are found once more, from all events: what has come meanwhile was compared with nobody's.
 */

/** Once the events of a merge are in. */
export const takeOver = (spec: TableSpec): string[] => [
  ...mark(spec, writers(spec)),
  takeCells(spec),
  dropEmpty(spec),
];

/** Once the imports of a merge are in. {@link isChanged} holds until {@link endTakeOver}. */
export const findHeads = (spec: TableSpec): string[] => [
  ...mark(spec, rivals(spec)),
  noteRivals(spec),
  noteLastHeads(spec, isMarked(spec, 'x'), isReplaced(spec, 'x', NOTED_CELL)),
];

/** SQL condition: the heads of the row of an event may be others than before. */
export const isChanged = (spec: TableSpec, e: string) =>
  `(${isNew(spec, e)} OR ${isMarked(spec, e)})`;

export const endTakeOver = (spec: TableSpec): string =>
  `DELETE FROM ${heads(spec)} WHERE event = ${MARK}`;

/** Forgets the heads of the rows that are concerned. */
const mark = (spec: TableSpec, concerned: Layout): string[] => [
  statementText`
    INSERT INTO ${heads(spec)} (event, column_name, head)
    SELECT DISTINCT ${MARK}, '', x.id
    ${concerned}
    ON CONFLICT DO NOTHING`,
  keepParents(spec),
  `DELETE FROM ${heads(spec)} WHERE event <> ${MARK} AND event IN (SELECT e.id FROM ${log(spec)} AS e WHERE ${isMarked(spec, 'e')})`,
];

/** No event has this id. Under it the head table has, meanwhile, an event of each row that is concerned. */
const MARK = 0;

/** SQL condition: an event is one of a row that is concerned. */
function isMarked(spec: TableSpec, e: string): string {
  const keys = (of: string) =>
    clockKeys(spec)
      .map((key) => `${of}.${key}`)
      .join(', ');
  return `(${keys(e)}) IN (SELECT ${keys('one')} FROM ${heads(spec)} AS marked JOIN ${log(spec)} AS one ON one.id = marked.head WHERE marked.event = ${MARK})`;
}

/** What was written here has as parents what it had as long as nobody's events were there: others may have got it. */
const keepParents = (spec: TableSpec) => statementText`
  UPDATE ${log(spec)}
  SET
    parents = ${parentsSql(spec, log(spec))}
  WHERE
    parents IS NULL
    AND seq IS NOT NULL
    AND ${isMarked(spec, log(spec))}`;

function takeCells(spec: TableSpec): string {
  const i = log(spec);
  const assignments = replicatedColumns(spec).flatMap((column) => {
    const isTaken = block`
      EXISTS (
        SELECT 1 FROM ${log(spec)} AS x
        WHERE ${isOfLife(spec, i)} AND ${wrote(spec, column, i)}
      )`;
    return [eventVersion(column.name), eventValueOf(column.name)].map(
      (part) => block`
        ${part} = CASE
          WHEN
            ${isTaken}
          THEN NULL
          ELSE ${part}
        END`,
    );
  });
  return assignments.length === 0
    ? 'SELECT 1'
    : statementText`
        UPDATE ${i}
        SET
          ${list(assignments)}
        WHERE
          seq IS NULL
          AND ${isMarked(spec, i)}`;
}

const dropEmpty = (spec: TableSpec) => statementText`
  DELETE FROM ${log(spec)}
  WHERE
    seq IS NULL
    AND ${isMarked(spec, log(spec))}
    AND EXISTS (SELECT 1 FROM ${log(spec)} AS x WHERE ${isOfLife(spec, log(spec))})
    AND ${isEmpty(spec, log(spec))}`;

const isReplaced = (spec: TableSpec, y: string, cell: string) => block`
  EXISTS (
    SELECT 1 FROM ${log(spec)} AS z
    WHERE
      ${sameKeys(spec, 'z', y)}
      AND z.id <> ${y}.id
      AND ${replaces(spec, 'z', y, cell)}
  )`;

/** Notes heads beside the last event of a cell. */
function noteRivals(spec: TableSpec): string {
  const cell = 'cell.column1';
  return statementText`
    INSERT INTO ${heads(spec)} (event, column_name, head)
    SELECT last.id, ${cell}, y.id
    FROM ${log(spec)} AS y
    CROSS JOIN ${everyCell(spec)}
    CROSS JOIN ${log(spec)} AS last
    WHERE
      ${isMarked(spec, 'y')}
      AND ${coversNamed(spec, 'y', cell)}
      AND last.id = (
        SELECT one.id FROM ${log(spec)} AS one
        WHERE ${sameKeys(spec, 'one', 'y')} AND ${coversNamed(spec, 'one', cell)}
        ORDER BY one.arrived DESC, one.id DESC
        LIMIT 1
      )
      AND last.id <> y.id
      AND NOT ${isReplaced(spec, 'y', cell)}`;
}
