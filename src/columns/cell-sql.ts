import type { Fragment } from '../sql/layout.js';

/**
 * What a column type needs to write SQL about the cells of one column, in a trigger where `new` is the
 * base row. The cell table itself is src/tables/cells; this is all that a type knows about it.
 */
export interface CellSql {
  /** The column for messages: `"posts"."views"`. */
  readonly label: string;
  /** What the base row holds now. */
  readonly value: string;
  /** What it held before; undefined if the row is created. */
  readonly before: string | undefined;
  /** SQL of the value in this site's cell; NULL if there is none. */
  readonly ownValue: Fragment;
  /** `FROM ... WHERE ...` of the row's cells in this column, as `x`, with columns `site`, `version`, `value`. */
  readonly cells: Fragment;
  /** The same without this site's own cell. */
  readonly otherCells: Fragment;
  /** SQL condition: this site has a cell. */
  readonly hasOwnCell: Fragment;
  /** Sets columns of other sites' cells, if `where` holds for them. */
  updateOthers(set: readonly string[], where: string): string;
  /**
   * Writes this site's own cell.
   *
   * @param own.version of a first write, and `own.next` of a later one, where `version` is the one before.
   * @param own.from a subquery with its alias that `own.value` and `own.where` use, if they need one.
   */
  writeOwn(own: OwnCell): string;
  /** Writes the cell of no site, in which the last write wins, and notes what the column showed before. */
  writeShared(shared: SharedCell): string;
}

export interface SharedCell {
  readonly value: Fragment;
  /** Undefined if the row is created. */
  readonly before: string | undefined;
  /** SQL condition: the cell is not written, only the note. */
  readonly keeps: Fragment;
}

export interface OwnCell {
  readonly value: Fragment;
  readonly version: string;
  readonly next: string;
  /** SQL of the value if the cell was kept when its row was evicted, from `value` and `excluded.value`. Default: the latter. */
  readonly resumed?: string;
  readonly from?: Fragment;
  readonly where?: Fragment;
}
