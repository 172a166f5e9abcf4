import type { OpenText, TextCodec } from './codec.js';

/** What a merge has done to a text that was edited here and elsewhere since the merge before. */
export interface DocumentMerge {
  /** The text after the merge before, or when the listener was added. */
  readonly base: string;
  /** The same with what was edited here. */
  readonly mine: string;
  /** The same with what others have edited. */
  readonly theirs: string;
  /** The text now. */
  readonly merged: string;
}

type Listener = (merge: DocumentMerge) => void;

/** Tells who wants to know what merges have done. Nothing is kept for it unless somebody does. */
export class Merges {
  readonly #codec: TextCodec;
  readonly #listeners = new Set<Listener>();
  /** The document after the last merge. */
  #base: Uint8Array | undefined;

  constructor(codec: TextCodec) {
    this.#codec = codec;
  }

  add(listener: Listener, text: OpenText): () => void {
    if (this.#listeners.size === 0) this.#base = text.snapshot();
    // Wrapped, so that a listener that was added twice can be removed once.
    const added: Listener = (merge) => listener(merge);
    this.#listeners.add(added);
    return () => {
      this.#listeners.delete(added);
    };
  }

  /**
   * To be called before updates of others are merged.
   *
   * @param hasBegun whether the document had begun: otherwise the updates are all that there is of theirs.
   * @returns to be called after it.
   */
  around(text: OpenText, updates: readonly Uint8Array[], hasBegun: boolean): () => void {
    const before = this.#base;
    if (this.#listeners.size === 0 || before === undefined) return () => {};
    const mine = text.text();
    return () => {
      this.#base = text.snapshot();
      const base = this.#read([before]);
      const theirs = this.#read(hasBegun ? [before, ...updates] : updates);
      // Without what was edited here, theirs is not complete: they had it.
      if (theirs === undefined || base === undefined || mine === base || theirs === base) return;
      const merge: DocumentMerge = { base, mine, theirs, merged: text.text() };
      for (const listener of [...this.#listeners]) listener(merge);
    };
  }

  /** The text of updates, if they are complete. */
  #read(updates: readonly Uint8Array[]): string | undefined {
    const open = this.#codec.open(updates, 0);
    const text = open.isPartial() ? undefined : open.text();
    open.close();
    return text;
  }
}
