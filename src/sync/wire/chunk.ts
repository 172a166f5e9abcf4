import type { Cursor } from '../../database/change-stream.js';
import type { Crr } from '../../drizzle/crr.js';
import type { ReadOptions } from '../../drizzle/options.js';
import type { HiddenRow } from '../../feed/page.js';
import type { Change } from '../../model/change.js';

/** A run of changes that fits in one message. */
export interface Chunk {
  readonly changes: Change[];
  readonly hidden: HiddenRow[];
  readonly cursor: number | Cursor;
  /** The feed goes on after it. */
  readonly more: boolean;
}

/** Changes in the first page of a chunk; the next ones may grow so much faster. */
const FIRST_PAGE = 250;
const GROWTH = 16;
/** A page of fewer changes is not worth a query. */
const LEAST_PAGE = 32;

/**
 * Reads from a cursor on until about `maxBytes` or `maxChanges` are together. How many changes a page
 * asks for follows from the bytes that they took so far, so large values make small pages. A
 * transaction of up to half a chunk is never cut.
 */
export async function readChunk(
  crr: Crr,
  options: ReadOptions & { readonly since: number | Cursor },
  maxBytes: number,
  maxChanges: number,
): Promise<Chunk> {
  const changes: Change[] = [];
  const hidden: HiddenRow[] = [];
  let cursor: number | Cursor = options.since;
  let whole: { changes: number; hidden: number; cursor: Cursor } | undefined;
  let bytes = 0;
  let limit = Math.min(FIRST_PAGE, maxChanges);
  for (;;) {
    const page = await crr.transport.read({ ...options, since: cursor, limit });
    for (const change of page.changes) changes.push(change);
    for (const row of page.hidden) hidden.push(row);
    bytes += sizeOf(page.changes) + page.hidden.length * 24;
    cursor = page.cursor;
    if (typeof cursor === 'number') return { changes, hidden, cursor, more: false };
    if (cursor.after.row === undefined) {
      whole = { changes: changes.length, hidden: hidden.length, cursor };
    }
    const count = changes.length + hidden.length;
    const perChange = Math.max(bytes / Math.max(count, 1), 1);
    const room = Math.min(Math.floor((maxBytes - bytes) / perChange), maxChanges - changes.length);
    if (room < LEAST_PAGE) break;
    limit = Math.min(room, limit * GROWTH);
  }
  // What the last page began of a transaction goes into the next chunk, with the rest of it; but not
  // where that would leave little of this one.
  const isEnd = cursor.after.row === undefined;
  if (
    isEnd ||
    whole === undefined ||
    whole.changes + whole.hidden < (changes.length + hidden.length) / 2
  ) {
    return { changes, hidden, cursor, more: true };
  }
  changes.length = whole.changes;
  hidden.length = whole.hidden;
  return { changes, hidden, cursor: whole.cursor, more: true };
}

/** About how many bytes changes take on the wire, and hence about how much memory. */
function sizeOf(changes: readonly Change[]): number {
  let bytes = 0;
  let pk: Uint8Array | undefined;
  for (const change of changes) {
    const { val } = change;
    bytes += 2;
    if (typeof val === 'string' || val instanceof Uint8Array) bytes += val.length;
    else if (val !== null) bytes += 4;
    if (change.pk !== pk) bytes += change.pk.length + 6;
    pk = change.pk;
  }
  return bytes;
}
