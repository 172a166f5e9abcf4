import type { ForkedCell } from '../feed/fork.js';
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
  const cells = history.conflicts().filter(({ heads }) => heads.some(isTheirs));
  if (cells.length === 0) return undefined;
  const agreed = shown ?? lastCells(history);
  const side = (headIn: (cell: ForkedCell) => LoggedEvent | undefined) =>
    withHeads(history, agreed, cells, headIn);
  return {
    base: side(({ base }) => base),
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

/** The winner among the heads of a side. If all heads are of the other one, both sides are two of them. */
function headOfSide(
  history: RowHistory,
  { column: { name }, heads }: ForkedCell,
  isOfSide: (event: LoggedEvent) => boolean,
  otherwise: 'first' | 'last',
): LoggedEvent | undefined {
  const own = heads.filter(isOfSide);
  if (own.length === 0) return otherwise === 'first' ? heads[0] : heads.at(-1);
  return own.find((event) => history.won(event, name)) ?? own.at(-1);
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

/**
 * A row with the values of one head for each cell in conflict; undefined if one of them deleted it, or if none is known.
 */
export function withHeads(
  history: RowHistory,
  shown: Cells,
  cells: readonly ForkedCell[],
  headIn: (cell: ForkedCell) => LoggedEvent | undefined,
): Cells | undefined {
  const row = new Map(shown);
  let known = 0;
  for (const cell of cells) {
    const { name } = cell.column;
    const head = headIn(cell);
    if (head === undefined) {
      row.delete(name);
      continue;
    }
    const value = history.valueOf(head, name);
    if (value === undefined && head.causalLength % 2 === 0) return undefined;
    if (value !== undefined) row.set(name, value);
    known++;
  }
  return known === 0 ? undefined : row;
}
