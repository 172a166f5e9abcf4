import type { ReplicatedColumnSpec } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import type { Fragment } from '../sql/layout.js';
import type { CellSql } from './cell-sql.js';
import type { WireRange } from './wire-range.js';

/**
 * How concurrent writes of one column merge. Each type is a folder in src/columns that exports one
 * object of this type, and a line in registry.ts. Everything else in this package asks the object.
 */
export type ColumnType = ClockColumnType | CellColumnType;

interface AnyColumnType {
  /** `ColumnKind.type` of its columns. */
  readonly name: string;
  /** The types of two sites differ in effect if these texts differ. */
  readonly fingerprint: string;
  /**
   * The range of `col_version` in which its changes travel; `COUNTS` or `TIMES` are shared by the types
   * whose last write wins, any other range belongs to one type alone. See wire-range.ts.
   */
  readonly range: WireRange;
  /**
   * Why a column cannot have this type as it is declared, as the end of a sentence that begins with its
   * name; undefined if it can.
   */
  refuse(column: ReplicatedColumnSpec, table: DeclaredTable): string | undefined;
  /**
   * Why no honest site could have sent a cell, as the end of a sentence that begins with the column's name;
   * undefined if one could. `version` is the one inside a database.
   */
  refuseCell(val: SqlValue, version: number, column: ReplicatedColumnSpec): string | undefined;
  /**
   * Brings a value that the column held under another type to one that this type can hold, as SQL. What
   * a merge does with a late change of a site that has not migrated yet, and a migration with a row.
   */
  fromOtherType?(value: string): string;
}

/** What a declaration is checked against. */
export interface DeclaredTable {
  /** Property names of all columns, generated ones included. */
  readonly properties: ReadonlySet<string>;
}

/** A cell as a change carries it, its version without what the range adds. */
export interface IncomingCell {
  readonly val: SqlValue;
  readonly version: number;
}

/** A version and a value as SQL. A version below 0 means that nobody has written the cell. */
export interface CellText {
  readonly version: string;
  readonly value: string;
}

/** Something that is never true of a cell, and what is instead. */
export interface CellFault {
  /** SQL condition. */
  readonly broken: Fragment;
  readonly expected: string;
  /** SQL of the only value that the cell can have with its version; undefined if there are others. */
  readonly value?: string;
}

/**
 * A type whose cell has its clock in the row's clock row: a version, and who wrote it when. One state of
 * the cell wins over another as a whole.
 */
export interface ClockColumnType extends AnyColumnType {
  readonly storage: 'clock';
  /** How one of two states of a cell is chosen. `'version'`: the greater version, then the greater value. */
  readonly decidedBy: 'version' | 'value';
  /** Versions are times: SQL of the version that a write gives, from that of the cell. Otherwise they count writes. */
  readonly clockTime?: {
    readonly first: string;
    readonly next: (current: string) => string;
  };
  /** SQL condition: the first state wins over the second. Total, so that every site decides alike. */
  wins(column: ReplicatedColumnSpec, a: CellText, b: CellText): Fragment;
  /** The same for two changes of one batch: positive if the first one wins. */
  compare(a: IncomingCell, b: IncomingCell): number;
  /** SQL condition: an update that left `before` and wrote `after` is a write. Default: the value changed. */
  isWrite?(column: ReplicatedColumnSpec, before: string, after: string): Fragment;
  /** SQL condition: such an update is undone, since the value before wins over it. */
  isUndone?(column: ReplicatedColumnSpec, before: string, after: string): Fragment;
}

/**
 * A type with a cell for each site, in the table's cell table. The base column is computed from the cells
 * whenever they change.
 */
export interface CellColumnType extends AnyColumnType {
  readonly storage: 'cells';
  /** The meaning of a row's cells for a reader; see `$crr.contributions()` and `$crr.conflicts()`. Undefined if none of both. */
  readonly lists: 'contributions' | 'conflicts' | undefined;
  /**
   * A site has not one cell but a cell for each version that it has written, and none of them is written again. Only
   * the cell of no site is one. Undefined for the other types.
   */
  readonly log?: {
    /** SQL condition on a version: its cell stands for all earlier ones of its site, which are dropped. */
    covers(version: string): string;
  };
  /** Statements for a trigger's body that bring the cells to the value that a local write left. */
  write(cells: CellSql): readonly string[];
  /**
   * For a row that is created again after it was evicted, whose own cell was kept: what the cell holds then. Default:
   * the value that the row is created with.
   */
  readonly resume?: {
    /** SQL of the value. */
    value(kept: string, written: string): string;
    /** The same; raises an error if the value does not fit. Only for a trigger. */
    checkedValue(label: string, kept: string, written: string): Fragment;
  };
  /**
   * What this site has written to its cell since others got it last, as the cell of another site, and what is left of
   * the cell: SQL of `version`, `value`, and of `base_version` and `base_value`, which others have; version 0: they have nothing.
   */
  readonly unshared: {
    /** Otherwise the cell stays as it is. */
    readonly condition: string;
    readonly version: string;
    readonly value: string;
    readonly leftVersion: string;
    readonly leftValue: string;
  };
  /** SQL condition, after a write: what was written is not what the cells show, which is put in its place. */
  isShownOtherwise?(cells: CellSql): Fragment;
  /** SQL condition: an update counts as a write although it does not change the value. */
  isAlsoWrite?(cells: CellSql): Fragment;
  /** SQL of the value that the base column shows, computed from the cells. `current` is its present value. */
  shown(cells: Fragment, current: string): Fragment;
  /** What no cell in a database holds, beside versions outside of the type's range. */
  faults(column: ReplicatedColumnSpec, cell: CellText): readonly CellFault[];
  /** SQL condition: the value that is shown is not the sum of the cells. */
  isInexact?(cells: Fragment): Fragment;
  /** The column shows the sum of its cells and nothing else, so the value that it had before needs a cell. */
  readonly showsCellsOnly: boolean;
  /** Whether a value stands in a cell of this version, and the same as an SQL condition. */
  stands(version: number): boolean;
  readonly standsSql: string;
  /** A change of this version was made by another site than the one whose cell it is. */
  isMark(version: number): boolean;
  /** The same as an SQL condition; undefined if the type has no marks. */
  readonly isMarkSql?: string;
  /** A cell that holds what the column showed under another type has this version per write before. */
  readonly versionPerWrite: number;
  /** SQL condition: such a value is worth a cell. */
  isWorthCell(value: string): string;
}
