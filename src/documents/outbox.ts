import type { LogEntry } from '../tables/cells/document.js';
import type { OpenText } from './codec.js';

interface Attempt {
  readonly update: Uint8Array | undefined;
  readonly baseline: Uint8Array | undefined;
  readonly edits: number;
}

/** What the database has not got yet of a document. */
export class Outbox {
  /** The plain text as the first update, the latest one last. Nobody needs it before somebody has edited the document. */
  readonly #seeds: Uint8Array[] = [];
  #edits: readonly Uint8Array[] = [];
  /** What the last write has brought. If it failed, it may have been committed all the same. */
  #attempt: Attempt | undefined;

  get seed(): Uint8Array | undefined {
    return this.#seeds.at(-1);
  }

  get edits(): readonly Uint8Array[] {
    return this.#edits;
  }

  addSeed(seed: Uint8Array): void {
    this.#seeds.push(seed);
  }

  add(edit: Uint8Array | undefined): void {
    if (edit !== undefined) this.#edits = [...this.#edits, edit];
  }

  /** All of it as one update; undefined if nothing was edited. */
  updateOf(text: OpenText): Uint8Array | undefined {
    if (this.#edits.length === 0) return undefined;
    const parts = [...this.#seeds, ...this.#edits];
    return parts.length === 1 ? parts[0] : text.join(parts);
  }

  /** @param update of what is here now. */
  tries(update: Uint8Array | undefined, baseline: Uint8Array | undefined): void {
    this.#attempt = { update, baseline, edits: this.#edits.length };
  }

  /** What was tried is in the database. @returns it. */
  committed(): Omit<Attempt, 'edits'> {
    const { update, baseline, edits } = this.#attempt!;
    this.#attempt = undefined;
    this.#edits = this.#edits.slice(edits);
    if (update !== undefined) this.#seeds.length = 0;
    return { update, baseline };
  }

  /** Whether a cell is what was tried last. */
  hasTried({ isOwn, value }: LogEntry): boolean {
    if (!isOwn || this.#attempt === undefined) return false;
    const { update, baseline } = this.#attempt;
    return [update, baseline].some((bytes) => bytes !== undefined && isEqual(bytes, value));
  }
}

const isEqual = (a: Uint8Array, b: Uint8Array) =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
