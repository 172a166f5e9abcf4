import type { Query } from '../sql/statement.js';

/** The steps of an apply, in their order. */
export type PhaseName =
  /** The ordinals that this process knows are those of the database. */
  | 'check sites'
  /** Sites that are new here get their ordinals. */
  | 'register'
  | 'begin'
  /** Changes that are early go to the pending table, and those of rows that are kept apart. */
  | 'hold'
  /** What waits and its source may not write is removed, and rows must meet their conditions. */
  | 'admit'
  /** Rows and cells are offered to the gates, which merge them. */
  | 'offer'
  /** No offer may claim to be this site's. What waited was looked at when it came. */
  | 'refuse forged'
  /** Changes that waited are let in. */
  | 'drain'
  /** Base columns are computed from cells that changed. */
  | 'show'
  /** Rows that this database may not see any more are dropped. */
  | 'evict'
  /** What the base tables show of tables with constraints is decided, or found to be as it should. */
  | 'settle'
  /** Values of former lives that the batch made news are noted. */
  | 'note'
  /** Batches that must not be applied are refused. */
  | 'refuse'
  | 'report'
  /** The events of tables with history go into their logs. */
  | 'log'
  | 'end';

export interface Phase {
  readonly name: PhaseName;
  readonly queries: readonly Query[];
}
