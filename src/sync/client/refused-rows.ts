import type { Change } from '../../model/change.js';
import { bytesToHex } from '../../model/value.js';
import type { HiddenRow } from '../site.js';
import type { RefusedRow } from '../wire/sync-refusal.js';

/** The rows that the server has refused during one sync, because this site may not write them. */
export class RefusedRows {
  readonly #rows = new Map<string, RefusedRow>();

  get size(): number {
    return this.#rows.size;
  }

  /** @returns whether any of them is new. */
  add(rows: readonly RefusedRow[]): boolean {
    const before = this.size;
    for (const row of rows) this.#rows.set(idOf(row), row);
    return this.size > before;
  }

  has(change: Change): boolean {
    return this.size > 0 && this.#rows.has(idOf(change));
  }

  /** The rows that this site should drop, because it may not see them either. */
  toDrop(): readonly HiddenRow[] {
    return [...this.#rows.values()].filter(({ drop }) => drop);
  }
}

const idOf = ({ table, pk }: HiddenRow) => `${bytesToHex(pk)} ${table}`;
