import { type Change, compareChanges } from '../model/change.js';
import type { UnsentText } from '../tables/cells/plain-text.js';
import type { ClockRow } from './expand.js';
import type { RowPosition } from './position.js';

/** The rows that one query brought, in its order. */
export interface TableRows {
  readonly rows: readonly ClockRow[];
  /** Whether the query reached the table's end. */
  readonly exhausted: boolean;
}

/** A row that the reader may not see, or no longer. */
export interface HiddenRow {
  readonly table: string;
  readonly pk: Uint8Array;
}

export type PageCut =
  | {
      readonly changes: Change[];
      /** Rows of the page that the reader may not see. */
      readonly hidden: HiddenRow[];
      /** Plain texts among the changes that nobody else has yet. */
      readonly unsent: readonly UnsentText[];
      /** The position of the next page; undefined when everything was read. */
      readonly next: RowPosition | undefined;
    }
  /** The first db_version is neither complete nor beyond the limit: more rows are needed. */
  | 'more rows';

/**
 * Cuts a page of at most `limit` changes from rows of several tables. It ends at a db_version's
 * end; a db_version that alone exceeds the limit is cut between rows. A row is never cut.
 */
export function cutPage(tables: readonly TableRows[], limit: number): PageCut {
  const rows = inOrder(tables);
  const complete = completeUpTo(tables);
  let count = 0;
  let end = 0; // Rows that the page takes.
  let at = 0;
  while (at < rows.length && rows[at]!.dbVersion <= complete) {
    const version = rows[at]!.dbVersion;
    let next = at;
    let more = 0;
    while (next < rows.length && rows[next]!.dbVersion === version) {
      more += rows[next++]!.changes.length;
    }
    if (count + more > limit && end > 0) return page(rows, end);
    if (count + more > limit) return cutVersion(rows, next, limit, complete);
    count += more;
    at = end = next;
  }
  if (at === rows.length && complete === Number.POSITIVE_INFINITY) return page(rows, end, true);
  if (end > 0) return page(rows, end);
  // Rows of the first db_version that are known for sure: those before every unfinished table's last row.
  const known = knownPrefix(tables, rows);
  const found = rows.slice(0, known).reduce((sum, row) => sum + row.changes.length, 0);
  return found > limit ? cutVersion(rows, known, limit, complete) : 'more rows';
}

function page(rows: readonly ClockRow[], end: number, done = false): PageCut {
  const taken = rows.slice(0, end);
  return {
    changes: taken.flatMap((row) => row.changes).sort(compareChanges),
    hidden: hiddenOf(taken),
    unsent: unsentOf(taken),
    next: done ? undefined : { db_version: taken.at(-1)!.dbVersion },
  };
}

/** Takes whole rows of one db_version, at least one, up to the limit. */
function cutVersion(
  rows: readonly ClockRow[],
  known: number,
  limit: number,
  complete: number,
): PageCut {
  let count = 0;
  let end = 0;
  while (end < known && (end === 0 || count + rows[end]!.changes.length <= limit)) {
    count += rows[end++]!.changes.length;
  }
  const last = rows[end - 1]!;
  const taken = rows.slice(0, end);
  return {
    changes: taken.flatMap((row) => row.changes).sort(compareChanges),
    hidden: hiddenOf(taken),
    unsent: unsentOf(taken),
    next:
      end === rows.length && complete === Number.POSITIVE_INFINITY
        ? undefined
        : { db_version: last.dbVersion, row: { table: last.table, key: last.key } },
  };
}

const hiddenOf = (rows: readonly ClockRow[]): HiddenRow[] =>
  rows.flatMap(({ table, hidden }) => (hidden === undefined ? [] : [{ table, pk: hidden }]));

const unsentOf = (rows: readonly ClockRow[]) => rows.flatMap(({ unsent }) => unsent ?? []);

/** All rows in the order of reading: db_version, then table, then clock rowid. */
function inOrder(tables: readonly TableRows[]): ClockRow[] {
  if (tables.length === 1) return [...tables[0]!.rows];
  // Each query is in order, and sort is stable: rows of one db_version stay by table and rowid.
  return tables.flatMap(({ rows }) => rows).sort((a, b) => a.dbVersion - b.dbVersion);
}

/** The greatest db_version of which every table brought all rows. */
function completeUpTo(tables: readonly TableRows[]): number {
  const ends = tables.flatMap(({ rows, exhausted }) =>
    exhausted ? [] : [rows.at(-1)!.dbVersion - 1],
  );
  return Math.min(...ends, Number.POSITIVE_INFINITY);
}

function knownPrefix(tables: readonly TableRows[], rows: readonly ClockRow[]): number {
  const version = rows[0]?.dbVersion;
  let known = 0;
  for (const table of tables) {
    known += table.rows.filter((row) => row.dbVersion === version).length;
    const last = table.rows.at(-1);
    if (!table.exhausted && last?.dbVersion === version) break; // Later tables come after its unread rows.
  }
  return known;
}
