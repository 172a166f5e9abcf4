import type { Statement } from '../sql/statement.js';

/** The identity and the version of a database. */
export interface SiteState {
  /** 16 bytes. */
  readonly siteId: Uint8Array;
  /** Its db_version. */
  readonly version: number;
  /** Deletes up to this db_version may have been forgotten: see compact(). */
  readonly horizon: number;
  /** The causal length of a new row: 1, or greater than that of any delete that was forgotten. */
  readonly birth: number;
}

export interface RotateOptions {
  /** What others have not got yet of this site's counters and registers goes to the new site. */
  readonly movesUnshared?: boolean;
  /** Run first, in the same transaction. */
  readonly guards?: readonly Statement[];
}
