import type { Query } from '../sql/statement.js';
import {
  type BrokenRow,
  FIRST_ROWID,
  type Inspection,
  type Invariant,
  readBroken,
  readPageEnd,
} from '../tables/invariant.js';

/** How far an inspection of a table is. */
export class Pages {
  /** The invariants that can be checked. */
  readonly left: Set<Invariant>;
  isDone = false;
  /** The rowids of the page that is looked at; without `to`, its end is not known yet. */
  #after = FIRST_ROWID;
  #to: string | undefined;
  #next: string | undefined;

  constructor(readonly inspection: Inspection) {
    this.left = new Set(inspection.invariants);
  }

  /** Queries for what breaks invariants in this page. */
  queries(
    invariants: Iterable<Invariant>,
    read: (invariant: Invariant, row: BrokenRow) => void,
  ): Query[] {
    const { rows } = this.inspection;
    if (rows !== undefined && this.#to === undefined) return [];
    const page = this.#to === undefined ? undefined : { after: this.#after, to: this.#to };
    return [...invariants].map((invariant) =>
      readBroken(this.inspection, invariant, page, (row) => read(invariant, row)),
    );
  }

  /** Queries for the end of the next page. */
  nextEnd(): Query[] {
    const { rows } = this.inspection;
    this.#next = undefined;
    if (rows === undefined) return [];
    return [
      readPageEnd(rows, this.#to ?? this.#after, (to) => {
        this.#next = to;
      }),
    ];
  }

  /** Goes on to the page whose end was read. */
  turn(): void {
    if (this.#to !== undefined) this.#after = this.#to;
    this.#to = this.#next;
    if (this.#to === undefined) this.isDone = true;
  }

  end(): void {
    this.isDone = true;
  }
}

/** Inspections in groups of about as many queries. */
export function grouped(all: readonly Pages[], most: number): Pages[][] {
  const groups: Pages[][] = [];
  let size = most;
  for (const pages of all) {
    if (size + pages.left.size > most || groups.length === 0) {
      groups.push([]);
      size = 0;
    }
    groups.at(-1)!.push(pages);
    size += pages.left.size + 1;
  }
  return groups;
}
