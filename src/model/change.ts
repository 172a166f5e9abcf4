import type { SqlValue } from './value.js';

/**
 * One cell-level fact: a row of cr-sqlite's `crsql_changes`, under its nine names.
 *
 * @example
 * { table: 'todos', pk: packKey(['a']), cid: 'title', val: 'write', col_version: 1,
 *   db_version: 1, site_id: Uint8Array(16), cl: 1, seq: 0 }
 */
export interface Change {
  /** Name of the table in the database. */
  readonly table: string;
  /** The packed primary key; see {@link packKey}. */
  readonly pk: Uint8Array;
  /** The column, or {@link SENTINEL} for the row's existence itself. */
  readonly cid: string;
  /** The value; null for the sentinel. */
  readonly val: SqlValue;
  /** Version of the cell; of a sentinel, its causal length. */
  readonly col_version: number;
  /** The sending database's logical clock when it got this value. */
  readonly db_version: number;
  /** The site that wrote the value: 16 bytes. */
  readonly site_id: Uint8Array;
  /** Causal length of the row: odd = alive, even = deleted. */
  readonly cl: number;
  /** Order inside the db_version. */
  readonly seq: number;
}

/** The `cid` of a change about the row's existence rather than a cell. */
export const SENTINEL = '-1';

/**
 * The `cid` of a change that is an event of a row's history; see ./event-text.ts. It is named by its dot: `site_id`, and the
 * writer's db_version as `col_version`, and `seq`. Only tables with history have events.
 */
export const EVENT = '-2';

export const SITE_ID_BYTES = 16;

/** The order of changes inside a page: as the sending database made them. */
export function compareChanges(a: Change, b: Change): number {
  return a.db_version - b.db_version || a.seq - b.seq;
}
