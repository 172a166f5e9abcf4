import type { CrrChangeErrorCode } from '../errors.js';
import type { Change } from '../model/change.js';
import type { Statement } from '../sql/statement.js';
import type { Findings } from '../tables/guard/findings.js';
import type { PendingQuota } from '../tables/pending/quota.js';

/** Who brought a batch of changes, if they may not write everything. */
export interface LimitedSource {
  /**
   * Identifies the source. Changes that have to wait are kept with it, and are applied under the rights
   * that it has then. Not empty.
   */
  readonly id: string;
  /**
   * The owner of its sites; null if it has none. The source may not bring changes that were made by
   * sites of other owners. Undefined: it may bring changes made by any site.
   */
  readonly owner?: string | null | undefined;
  /** What it may write, by the table's name. Other tables may not be written. Undefined: everything. */
  readonly tables?: Readonly<Record<string, TableRights>> | undefined;
  /** Whether the value of a change may be stored; otherwise its row is left out. Default: any may. */
  readonly accepts?: ((change: Change) => boolean) | undefined;
  /** How much may be pending from it; what is beyond that is left out. Undefined: any number. */
  readonly quota?: SourceQuota | undefined;
}

/** What a source may make the database keep. */
export interface SourceQuota extends PendingQuota {
  /** Deletes of rows that are not here, for good. Undefined: any number. */
  readonly tombstones?: number | undefined;
}

/** What a source may write in a table. */
export interface TableRights {
  /** A condition that a row must meet before the changes, if it is there, and after them. */
  readonly where?: Statement | undefined;
  /** Columns that may not be written. */
  readonly readOnly?: readonly string[] | undefined;
  /** Whether the changes of a row with such a cell are refused, or the cell is ignored. Default: 'refuse'. */
  readonly onReadOnly?: 'refuse' | 'ignore' | undefined;
}

/** A row whose changes were not applied, because their source may not write them. */
export interface RefusedRow {
  readonly table: string;
  /** The packed key. */
  readonly pk: Uint8Array;
  readonly code: CrrChangeErrorCode;
  /** The row does not meet the condition as it is here; otherwise the changes would make it so. */
  readonly isOutside: boolean;
}

/** A merge that is taken back, and finds the rows that would be refused. */
export interface Trial {
  readonly found: Findings;
  /** Called with each of them when the findings are read. */
  readonly refused: (row: RefusedRow) => void;
}

/** The rights in a table; undefined if it may not be written. */
export function rightsIn({ tables }: LimitedSource, table: string): TableRights | undefined {
  if (tables === undefined) return EVERYTHING;
  return Object.hasOwn(tables, table) ? tables[table] : undefined;
}

const EVERYTHING: TableRights = {};
