import type { Change } from '../model/change.js';
import type { Cursor, HiddenRow, ReadOptions, ReadPage, Site } from './site.js';

/** Changes that fit in one message. */
export interface Chunk {
  readonly changes: readonly Change[];
  readonly hidden: readonly HiddenRow[];
  /** The position of the next chunk. */
  readonly cursor: number | Cursor;
  /** Whether there is a next chunk. */
  readonly more: boolean;
}

/** Approximate limits of a chunk. */
export interface ChunkLimits {
  /** In bytes, before compression. */
  readonly maxBytes: number;
  readonly maxChanges: number;
}

/** The limit of the first page of a chunk. Each page may be this many times larger than the last. */
const FIRST_PAGE = 250;
const GROWTH = 16;
/** It is not worth a query to add fewer changes than this. */
const LEAST_PAGE = 32;
/** The approximate size of a hidden row. */
const HIDDEN_BYTES = 24;

/**
 * Reads pages of the feed until a chunk is full. The limit of each page depends on the size of the
 * changes before it, so large values make small pages. A transaction is cut only if it is larger
 * than half a chunk.
 */
export async function readChunk(
  site: Site,
  options: Omit<ReadOptions, 'limit'>,
  { maxBytes, maxChanges }: ChunkLimits,
): Promise<Chunk> {
  const changes: Change[] = [];
  const hidden: HiddenRow[] = [];
  let cursor = options.since;
  /** The end of the last complete transaction. */
  let whole: { changes: number; hidden: number; cursor: Cursor } | undefined;
  let bytes = 0;
  let limit = Math.min(FIRST_PAGE, maxChanges);
  for (;;) {
    const page = await site.read({ ...options, since: cursor, limit });
    for (const change of page.changes) changes.push(change);
    for (const row of page.hidden) hidden.push(row);
    bytes += sizeOf(page);
    cursor = page.cursor;
    if (typeof cursor === 'number') return { changes, hidden, cursor, more: false };
    if (cursor.after.row === undefined) {
      whole = { changes: changes.length, hidden: hidden.length, cursor };
    }
    const perChange = Math.max(bytes / Math.max(changes.length + hidden.length, 1), 1);
    const room = Math.min(Math.floor((maxBytes - bytes) / perChange), maxChanges - changes.length);
    if (room < LEAST_PAGE) break;
    limit = Math.min(room, limit * GROWTH);
  }
  // Move an incomplete transaction to the next chunk, unless that would leave less than half of this one.
  const count = changes.length + hidden.length;
  if (whole !== undefined && whole.changes + whole.hidden >= count / 2) {
    changes.length = whole.changes;
    hidden.length = whole.hidden;
    cursor = whole.cursor;
  }
  return { changes, hidden, cursor, more: true };
}

/** The approximate size of a page in a message, and also in memory. */
function sizeOf({ changes, hidden }: ReadPage): number {
  let bytes = hidden.length * HIDDEN_BYTES;
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
