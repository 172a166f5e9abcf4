import { typeOf } from '../columns/registry.js';
import { type ReplicatedColumnSpec, replicatedColumns } from '../model/table-spec.js';
import { isSameValue } from '../model/value.js';
import type { LoggedEvent } from '../tables/log/read.js';
import { WHOLE_ROW } from '../tables/log/table.js';
import type { ForkedCell } from './fork.js';
import type { RowHistory } from './row-history.js';

/** The cells in which sites differ without having each other's write; of a table whose conflicts are by row, of the row. */
export function forkedCells(history: RowHistory): readonly ForkedCell[] {
  return history.spec.conflictLevel === 'row' ? forkedRow(history) : forkedByCell(history);
}

function forkedByCell(history: RowHistory): readonly ForkedCell[] {
  return replicatedColumns(history.spec).flatMap((column) => {
    // Counters add up, and the values of registers are listed by themselves.
    if (typeOf(column).storage === 'cells') return [];
    const heads = history.heads(column.name);
    if (heads.length < 2 || heads.every((head) => isSame(history, column, head, heads[0]!))) {
      return [];
    }
    const sides = new Map(heads.map((head) => [head, head]));
    return [{ column, heads, base: history.baseOf(heads, column.name), sides }];
  });
}

/**
 * The cells in which the sides of a row differ. Each side is the row as its last writer had it, so sides which come to the same
 * row agree, and a cell that only one side has written is in conflict if the row is.
 */
function forkedRow(history: RowHistory): readonly ForkedCell[] {
  const seen = history.heads(WHOLE_ROW).map((head) => new Set(history.seenBy(head)));
  if (seen.length < 2) return [];
  const seenByAll = [...seen[0]!].filter((event) => seen.every((events) => events.has(event)));
  return history.spec.clockColumns.flatMap((column) => {
    const { name } = column;
    const base = cellIn(history, seenByAll, name);
    const sides = new Map(
      history.heads(WHOLE_ROW).map((head, i) => [head, cellIn(history, [...seen[i]!], name)]),
    );
    const ends = [...sides.values()];
    const heads = [...new Set(ends)].filter((end) => end !== undefined && !seenByAll.includes(end));
    if (isOver(history, name)) return [];
    if (!ends.includes(undefined)) {
      // Who deletes a row leaves the cells that nobody has written.
      if (heads.every((head) => head!.causalLength % 2 === 0)) return [];
      if (ends.every((end) => isSame(history, column, end!, ends[0]!))) return [];
    }
    return [{ column, heads: heads as LoggedEvent[], base, sides }];
  });
}

/** Somebody has written the cell of whom it is not known what he had seen; see `kind: 'import'`. That is no conflict. */
const isOver = (history: RowHistory, cell: string): boolean =>
  history.heads(cell).every(({ seq }) => seq === undefined);

/**
 * By which events a row got what a writer had of it: values, or nothing because the row was deleted.
 *
 * @returns by column; undefined: that event was pruned.
 */
export function rowAsSeenBy(
  history: RowHistory,
  writer: LoggedEvent,
): readonly (LoggedEvent | undefined)[] {
  const seen = history.seenBy(writer);
  return history.spec.clockColumns.map(({ name }) => cellIn(history, seen, name));
}

/** The same of one cell, and of all that some writers had seen. */
function cellIn(
  history: RowHistory,
  seen: readonly LoggedEvent[],
  cell: string,
): LoggedEvent | undefined {
  const life = Math.max(0, ...seen.map(({ causalLength }) => causalLength));
  const last =
    life % 2 === 1
      ? history.latestOf(seen, cell)
      : seen.findLast(({ causalLength }) => causalLength === life);
  if (last === undefined || isKnownLast(history, seen, last, cell)) return last;
  return undefined;
}

/** Whether no event that is missing can have written the cell after one: it is the last for everybody, or has seen those. */
function isKnownLast(
  history: RowHistory,
  seen: readonly LoggedEvent[],
  last: LoggedEvent,
  cell: string,
): boolean {
  const cutOff = seen.filter((event) => history.isCutOff(event));
  if (cutOff.length === 0) return true;
  const heads = history.heads(cell);
  if (heads.length === 1 && heads[0] === last) return true;
  const before = new Set(history.seenBy(last));
  return cutOff.every((event) => before.has(event));
}

/** Whether two events have the same outcome. */
const isSame = (
  history: RowHistory,
  { name }: ReplicatedColumnSpec,
  a: LoggedEvent,
  b: LoggedEvent,
): boolean => isSameValue(history.valueOf(a, name), history.valueOf(b, name));
