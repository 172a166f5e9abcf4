import type { Change } from '../model/change.js';
import type { CellId } from './protocol.js';
import { afterPart, firstThatFit, partAfter, sizeOfCell, sizeOfKey } from './row-part.js';
import type { Cursor, HiddenRow, ReadOptions, ReadPage, RowPart, Site } from './site.js';

/** Changes that fit in one message. */
export interface Chunk {
  readonly changes: readonly Change[];
  readonly hidden: readonly HiddenRow[];
  /** Cells that do not fit in any message. */
  readonly tooLarge: readonly CellId[];
  /** The position of the next chunk. */
  readonly cursor: number | Cursor;
  /** Whether there is a next chunk. */
  readonly more: boolean;
  /** Whether it begins with the rest of a row whose first part was in the chunk before. */
  readonly continuesRow: boolean;
}

export const emptyChunk = (cursor: number | Cursor): Chunk => ({
  ...{ changes: [], hidden: [], tooLarge: [] },
  ...{ cursor, more: false, continuesRow: false },
});

/** Limits of a chunk. */
export interface ChunkLimits {
  /** In bytes, before compression. A chunk is at most twice as large, unless it is a single cell. */
  readonly maxBytes: number;
  readonly maxChanges: number;
  /** Larger cells, with their keys, are left out. Default: none are. */
  readonly maxCellBytes?: number | undefined;
}

/** The limit of the first page of a chunk. Each page may be this many times larger than the last. */
const FIRST_PAGE = 250;
const GROWTH = 16;
/** It is not worth a query to add fewer changes than this. */
const LEAST_PAGE = 32;
/** The approximate size of a hidden row. */
const HIDDEN_BYTES = 24;
/** A chunk may be this many times as large as its limit. */
const OVERSHOOT = 2;

/**
 * Reads pages of the feed until a chunk is full. The limit of each page depends on the size of the
 * changes before it, so large values make small pages. A transaction is cut only if it is larger
 * than half a chunk, a row only if it is larger than a chunk.
 */
export function readChunk(
  site: Site,
  options: Omit<ReadOptions, 'limit'>,
  limits: ChunkLimits,
): Promise<Chunk> {
  return new ChunkReader(site, options, limits).read();
}

class ChunkReader {
  readonly #changes: Change[] = [];
  readonly #hidden: HiddenRow[] = [];
  readonly #tooLarge: CellId[] = [];
  #cursor: number | Cursor;
  #bytes = 0;
  #continuesRow = false;
  /** The end of the last complete transaction. */
  #whole: { changes: number; hidden: number; cursor: Cursor } | undefined;

  constructor(
    readonly site: Site,
    readonly options: Omit<ReadOptions, 'limit'>,
    readonly limits: ChunkLimits,
  ) {
    this.#cursor = options.since;
  }

  async read(): Promise<Chunk> {
    const { maxBytes, maxChanges } = this.limits;
    const part = partOf(this.#cursor);
    // The rest of a row comes alone.
    let limit = part === undefined ? Math.min(FIRST_PAGE, maxChanges) : 1;
    for (;;) {
      const page = this.#withoutTooLarge(
        await this.site.read({ ...this.options, since: this.#cursor, limit }),
      );
      const isFirst = this.#count === 0;
      if (isFirst && limit === 1) {
        const rest = afterPart(page.changes, partOf(this.#cursor));
        this.#continuesRow = rest.sent > 0;
        const taken = firstThatFit(rest.changes, maxBytes, maxChanges);
        if (taken.length < rest.changes.length) return this.#cut(taken, partAfter(rest, taken));
        page.changes = rest.sent === 0 ? page.changes : rest.changes;
      } else if (!this.#fits(page)) {
        if (!isFirst) break;
        limit = smaller(limit, maxBytes / sizeOf(page));
        continue;
      }
      this.#add(page);
      if (typeof this.#cursor === 'number') return this.#chunk(false);
      const room = this.#room();
      if (room < LEAST_PAGE) break;
      limit = Math.min(room, limit * GROWTH);
    }
    this.#endAtTransaction();
    return this.#chunk(true);
  }

  get #count(): number {
    return this.#changes.length + this.#hidden.length;
  }

  /** More changes than the limit are those of a single row. */
  #fits(page: Page): boolean {
    const { maxBytes, maxChanges } = this.limits;
    return (
      this.#bytes + sizeOf(page) <= OVERSHOOT * maxBytes &&
      this.#changes.length + page.changes.length <= maxChanges
    );
  }

  #add(page: Page): void {
    for (const change of page.changes) this.#changes.push(change);
    for (const row of page.hidden) this.#hidden.push(row);
    for (const cell of page.tooLarge) this.#tooLarge.push(cell);
    this.#bytes += sizeOf(page);
    this.#cursor = page.cursor;
    if (typeof page.cursor === 'number' || page.cursor.after.row !== undefined) return;
    const { length: changes } = this.#changes;
    this.#whole = { changes, hidden: this.#hidden.length, cursor: page.cursor };
  }

  /** How many more changes of the average size there is room for. */
  #room(): number {
    const { maxBytes, maxChanges } = this.limits;
    const perChange = Math.max(this.#bytes / Math.max(this.#count, 1), 1);
    const byBytes = Math.floor((maxBytes - this.#bytes) / perChange);
    return Math.min(byBytes, maxChanges - this.#changes.length);
  }

  /** Moves an incomplete transaction to the next chunk, unless that would leave less than half of this one. */
  #endAtTransaction(): void {
    const whole = this.#whole;
    if (whole === undefined || whole.changes + whole.hidden < this.#count / 2) return;
    this.#changes.length = whole.changes;
    this.#hidden.length = whole.hidden;
    this.#cursor = whole.cursor;
  }

  /** A chunk that has only a part of a row. What is left out is named with the last part. */
  #cut(changes: readonly Change[], part: RowPart): Chunk {
    const cursor = this.#cursor;
    const { since, after } =
      typeof cursor === 'number' ? { since: cursor, after: { db_version: cursor } } : cursor;
    const next = { since, after: { ...after, part } };
    const continuesRow = this.#continuesRow;
    return { changes, hidden: [], tooLarge: [], cursor: next, more: true, continuesRow };
  }

  #chunk(more: boolean): Chunk {
    return {
      changes: this.#changes,
      hidden: this.#hidden,
      tooLarge: this.#tooLarge,
      cursor: this.#cursor,
      more,
      continuesRow: this.#continuesRow,
    };
  }

  #withoutTooLarge(page: ReadPage): Page {
    const { maxCellBytes } = this.limits;
    const isTooLarge = (change: Change) => exactSize(change, maxCellBytes!) > maxCellBytes!;
    if (maxCellBytes === undefined || !page.changes.some(isTooLarge)) {
      return { ...page, tooLarge: [] };
    }
    const tooLarge = page.changes
      .filter(isTooLarge)
      .map(({ table, pk, cid }) => ({ table, pk: pk.length > MAX_NAMED_KEY ? NO_KEY : pk, cid }));
    return { ...page, changes: page.changes.filter((change) => !isTooLarge(change)), tooLarge };
  }
}

interface Page extends Omit<ReadPage, 'changes'> {
  changes: readonly Change[];
  readonly tooLarge: readonly CellId[];
}

const MAX_NAMED_KEY = 65_536;
const NO_KEY = new Uint8Array();

/** The part of the next row that was sent. */
export const partOf = (cursor: number | Cursor) =>
  typeof cursor === 'number' ? undefined : cursor.after.part;

/** The limit of a page that was too large, the next time. */
const smaller = (limit: number, share: number) =>
  share >= 1 ? 1 : Math.max(1, Math.floor(limit * share));

/** The size of a cell with its key in bytes. That of a text is counted only if it matters. */
function exactSize(change: Change, limit: number): number {
  const { val } = change;
  const size = sizeOfKey(change) + sizeOfCell(change);
  if (typeof val !== 'string' || size > limit || size + 2 * val.length <= limit) return size;
  return size - val.length + new TextEncoder().encode(val).length;
}

/** The approximate size of a page in a message, and also in memory. */
function sizeOf({ changes, hidden }: Pick<Page, 'changes' | 'hidden'>): number {
  let bytes = hidden.length * HIDDEN_BYTES;
  let pk: Uint8Array | undefined;
  for (const change of changes) {
    bytes += sizeOfCell(change);
    if (change.pk !== pk) bytes += sizeOfKey(change);
    pk = change.pk;
  }
  return bytes;
}
