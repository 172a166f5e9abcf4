import type { ForkedCell } from '../feed/fork.js';
import { forkedCells } from '../feed/forked-cells.js';
import type { RowHistory } from '../feed/row-history.js';
import type { Cells } from '../feed/shown-rows.js';
import type { SitesOfPage } from '../model/site.js';
import type { SqlValue } from '../model/value.js';
import type { LoggedEvent } from '../tables/log/read.js';
import { type ForkHead, headOf } from './forks.js';

/** A cell that sites wrote without each other's write, and each side of it. */
export interface ConflictingCell {
  readonly column: ForkedCell['column'];
  /** Undefined: they started from nothing that the log has. */
  readonly base: ForkHead | undefined;
  readonly heads: readonly ForkHead[];
}

/** What merging does to a row, as both sides have it. A row that is undefined is deleted, or was never there. */
export interface RowMerge {
  readonly base: Cells | undefined;
  readonly ours: Cells | undefined;
  readonly theirs: Cells | undefined;
  /** What the merge rules make of both. */
  readonly merged: Cells | undefined;
  /** Undefined if the table has no history: then it is not known. */
  readonly conflicts: readonly ConflictingCell[] | undefined;
}

/**
 * The conflicts that some events have brought into a row; undefined if they brought none. What both sides agree about
 * is as it is shown.
 *
 * @param isTheirs whether an event is one of these.
 * @param shown the row as the table shows it.
 */
export function conflictOf(
  history: RowHistory,
  isTheirs: (event: LoggedEvent) => boolean,
  shown: Cells | undefined,
  sites: SitesOfPage,
): RowMerge | undefined {
  const cells = forkedCells(history).filter(({ sides }) => [...sides.keys()].some(isTheirs));
  if (cells.length === 0) return undefined;
  const agreed = shown ?? lastCells(history);
  const side = (headIn: (cell: ForkedCell) => LoggedEvent | undefined) =>
    withHeads(history, agreed, cells, headIn);
  return {
    base: baseRow(history, agreed, cells),
    ours: side((cell) => headOfSide(history, cell, (event) => !isTheirs(event), 'first')),
    theirs: side((cell) => headOfSide(history, cell, isTheirs, 'last')),
    merged: shown,
    conflicts: cells.map(({ column, base, heads }) => ({
      column,
      base: base && headOf(history, base, column, sites),
      heads: heads.map((head) => headOf(history, head, column, sites)),
    })),
  };
}

/** The winner among the writes of a side. If all are of the other one, both sides are two of them. */
function headOfSide(
  history: RowHistory,
  { column: { name }, heads, sides }: ForkedCell,
  isOfSide: (event: LoggedEvent) => boolean,
  otherwise: 'first' | 'last',
): LoggedEvent | undefined {
  const own = [...sides].filter(([head]) => isOfSide(head));
  if (own.length === 0) return [...sides.values()].at(otherwise === 'first' ? 0 : -1);
  const ends = own.map(([, event]) => event);
  const written = ends.filter((event) => event !== undefined && heads.includes(event));
  return written.find((event) => history.won(event!, name)) ?? written.at(-1) ?? ends.at(-1);
}

/** What a row had last, when it is deleted. Counters and registers begin again if it comes back. */
export function lastCells(history: RowHistory): Cells {
  const cells = new Map<string, SqlValue>();
  for (const { name } of history.spec.clockColumns) {
    const value = history.lastOf(name);
    if (value !== undefined) cells.set(name, value);
  }
  return cells;
}

/** A row with the values of one head for each cell in conflict; undefined if one of them deleted it. */
export function withHeads(
  history: RowHistory,
  shown: Cells,
  cells: readonly ForkedCell[],
  headIn: (cell: ForkedCell) => LoggedEvent | undefined,
): Cells | undefined {
  const row = new Map(shown);
  for (const cell of cells) {
    const { name } = cell.column;
    const head = headIn(cell);
    const value = head && history.valueOf(head, name);
    if (head === undefined) row.delete(name);
    else if (value !== undefined) row.set(name, value);
    else if (head.causalLength % 2 === 0) return undefined;
  }
  return row;
}

/** What the sides of a row started from; undefined if nothing of it is known. */
export function baseRow(
  history: RowHistory,
  shown: Cells,
  cells: readonly ForkedCell[],
): Cells | undefined {
  if (cells.every(({ base }) => base === undefined)) return undefined;
  return withHeads(history, shown, cells, ({ base }) => base);
}
