import type { Change } from '../../model/change.js';
import { bytesToHex } from '../../model/value.js';
import type { HiddenRow } from '../site.js';
import type { RefusedRow } from '../wire/sync-refusal.js';

/** Rows that the server does not let this site write, by its answers during one sync. */
export class RefusedRows {
  readonly #rows = new Map<string, RefusedRow>();

  get size(): number {
    return this.#rows.size;
  }

  /** @returns whether one of the rows was not among them. */
  add(rows: readonly RefusedRow[]): boolean {
    const before = this.size;
    for (const row of rows) this.#rows.set(idOf(row), row);
    return this.size > before;
  }

  has(change: Change): boolean {
    return this.size > 0 && this.#rows.has(idOf(change));
  }

  /** Those that this site may not see either, and so has no use for. */
  toDrop(): readonly HiddenRow[] {
    return [...this.#rows.values()].filter(({ drop }) => drop);
  }
}

const idOf = ({ table, pk }: HiddenRow) => `${bytesToHex(pk)} ${table}`;
