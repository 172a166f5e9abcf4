import type { RowId } from '../model/row-id.js';
import type { Listeners } from './listeners.js';

/** A write of this process that was committed. */
export interface Written {
  /** The tables that were written to, if they are known. What triggers and cascades write is not among them. */
  readonly tables?: readonly string[] | undefined;
  /** Rows that a merge may have changed without a stamp. */
  readonly rows?: (() => readonly RowId[]) | undefined;
  /** The columns that show documents are up to date. */
  readonly isSettled?: boolean | undefined;
  /** Tables and triggers may be others now. */
  readonly isSchemaChange?: boolean | undefined;
}

/** Who wants to know of the writes of this process to a database. */
export type WriteListeners = Listeners<Written>;
