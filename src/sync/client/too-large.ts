import type { Change } from '../../model/change.js';
import { textOfRow } from '../../model/row-id.js';
import type { CellId, RefusedRow } from '../protocol.js';

/** A cell that does not fit in a message to the server, or from it. */
export interface TooLargeCell extends CellId {
  /** Whose limit it exceeds. */
  readonly limitOf: 'server' | 'client';
}

/** The cells that one sync leaves out because of their size. */
export class TooLargeCells {
  readonly #cells = new Map<string, TooLargeCell>();

  /** @returns whether the cell is new. */
  addPushed({ table, pk, cid }: Change): boolean {
    return this.#add({ table, pk, cid, limitOf: 'server' });
  }

  addPulled(cells: readonly CellId[]): void {
    for (const cell of cells) this.#add({ ...cell, limitOf: 'client' });
  }

  /** Whether a change is one that the server did not take. */
  has(change: Change): boolean {
    return this.#cells.size > 0 && this.#cells.has(idOf({ ...change, limitOf: 'server' }));
  }

  values(): readonly TooLargeCell[] {
    return [...this.#cells.values()];
  }

  /** The rows of cells that the server did not take, to be remembered like rows that it refuses. */
  refusedRows(): readonly RefusedRow[] {
    return this.values().flatMap(({ table, pk, limitOf }) =>
      limitOf === 'server' ? [{ table, pk, drop: false, code: 'CRR_SYNC_TOO_LARGE' }] : [],
    );
  }

  #add(cell: TooLargeCell): boolean {
    const id = idOf(cell);
    if (this.#cells.has(id)) return false;
    this.#cells.set(id, cell);
    return true;
  }
}

const idOf = (cell: TooLargeCell) =>
  `${cell.limitOf} ${cell.cid.length}:${cell.cid} ${textOfRow(cell)}`;
