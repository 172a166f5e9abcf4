import { bytesToHex } from './value.js';

/** A row by its table and packed key. */
export interface RowId {
  readonly table: string;
  readonly pk: Uint8Array;
}

/** More arguments than this may be too many for a call. */
const SHORT_KEY = 1_024;

/** The same text for the same row only. For most keys it is one character for each byte, several times as quick as hex. */
export function textOfRow({ table, pk }: RowId): string {
  const key =
    pk.length <= SHORT_KEY
      ? String.fromCharCode.apply(null, pk as unknown as number[])
      : bytesToHex(pk);
  return `${pk.length} ${key} ${table}`;
}

/** A set of rows, each of which may carry more than its id. */
export class RowSet<T extends RowId = RowId> {
  readonly #rows = new Map<string, T>();

  constructor(rows: Iterable<T> = []) {
    for (const row of rows) this.add(row);
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Adds a row, unless it is there already. */
  add(row: T): void {
    const id = textOfRow(row);
    if (!this.#rows.has(id)) this.#rows.set(id, row);
  }

  /** Adds a row, or replaces what is there for it. */
  set(row: T): void {
    this.#rows.set(textOfRow(row), row);
  }

  delete(row: RowId): void {
    this.#rows.delete(textOfRow(row));
  }

  has(row: RowId): boolean {
    return this.#rows.size > 0 && this.#rows.has(textOfRow(row));
  }

  get(row: RowId): T | undefined {
    return this.#rows.get(textOfRow(row));
  }

  values(): readonly T[] {
    return [...this.#rows.values()];
  }
}

/** The packed keys of rows by their table. */
export function keysByTable(rows: Iterable<RowId>): ReadonlyMap<string, readonly Uint8Array[]> {
  const tables = new Map<string, Uint8Array[]>();
  for (const { table, pk } of rows) {
    const keys = tables.get(table);
    if (keys === undefined) tables.set(table, [pk]);
    else keys.push(pk);
  }
  return tables;
}
