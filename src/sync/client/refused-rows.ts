import { bytesToHex } from '../../model/value.js';
import type { RefusedRow } from '../protocol.js';
import type { HiddenRow, PeerRefusal } from '../site.js';

/** Rows that the server refuses to take, as far as one sync knows: those of earlier syncs, and new ones. */
export class RefusedRows {
  readonly #rows = new Map<string, RefusedRow>();

  /** Begins with what earlier syncs have left. */
  begin(rows: readonly PeerRefusal[]): void {
    for (const { table, pk, code } of rows) {
      const id = idOf({ table, pk });
      if (!this.#rows.has(id)) this.#rows.set(id, { table, pk, code, drop: false });
    }
  }

  add(rows: readonly RefusedRow[]): void {
    for (const row of rows) this.#rows.set(idOf(row), row);
  }

  remove(rows: readonly HiddenRow[]): void {
    for (const row of rows) this.#rows.delete(idOf(row));
  }

  has(row: HiddenRow): boolean {
    return this.#rows.size > 0 && this.#rows.has(idOf(row));
  }

  values(): readonly RefusedRow[] {
    return [...this.#rows.values()];
  }
}

const idOf = ({ table, pk }: HiddenRow) => `${bytesToHex(pk)} ${table}`;
