import type { HiddenRow } from '../feed/page.js';
import type { RowPosition } from '../feed/position.js';
import type { Change } from '../model/change.js';

/** The position to read on from. Plain data that can be stored or sent; after the last page, a db_version. */
export interface Cursor {
  readonly since: number;
  readonly after: RowPosition;
}

/** The db_version up to which a reader has everything. */
export const sinceOf = (cursor: number | Cursor): number =>
  typeof cursor === 'number' ? cursor : cursor.since;

/** The db_version up to which a reader knows of all deletes, whether or not it has everything else. */
export const deletesKnown = (cursor: number | Cursor): number =>
  typeof cursor === 'number' ? cursor : Math.max(cursor.since, cursor.after.horizon ?? 0);

/**
 * Some changes of the feed, and where the next page begins.
 *
 * @example
 * const page = await db.$crr.changes({ since: 0 });
 * // { changes: [{ table: 'todos', cid: 'title', val: 'write', ... }], cursor: 1 }
 */
export interface ChangePage {
  /** In the order (db_version, seq). */
  readonly changes: readonly Change[];
  /** Pass it as `since` to read on. A number after the last page. */
  readonly cursor: number | Cursor;
}

/** A page of {@link CrrTransport.read}. */
export interface ReadPage extends ChangePage {
  /** Rows that changed and do not meet `where`: the reader may hold an earlier state of them. */
  readonly hidden: readonly HiddenRow[];
}

/**
 * The change feed. Awaited, it is one page: all changes or, with `limit`, the first page. Iterated
 * with `for await`, it is page after page in bounded memory; the last page may have no changes and
 * only a newer cursor.
 */
export interface ChangeStream<TPage = ChangePage>
  extends PromiseLike<TPage>,
    AsyncIterable<TPage> {}

/** Makes a stream from a function that reads the first page, and one that reads all pages. */
export function changeStream<TPage>(
  first: () => Promise<TPage>,
  pages: () => AsyncIterator<TPage>,
): ChangeStream<TPage> {
  return {
    // biome-ignore lint/suspicious/noThenProperty: the feed can be awaited, like Drizzle's queries
    then: (onFulfilled, onRejected) => first().then(onFulfilled, onRejected),
    [Symbol.asyncIterator]: pages,
  };
}

/** Everything up to this db_version was sent. While a transfer is under way, that is more than its beginning. */
export function sentVersion(cursor: number | Cursor): number {
  if (typeof cursor === 'number') return cursor;
  const { db_version: version, row } = cursor.after;
  return row === undefined ? version : version - 1;
}
