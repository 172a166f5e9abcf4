/**
 * What a library for collaborative texts gives to drizzle-crr. A document is whatever a set of updates makes, in any
 * order, with updates twice or missing. Updates are bytes that only the codec understands; they are kept for ever, so
 * their first byte should tell their format.
 *
 * @typeParam T what an application gets to edit a document with, such as `{ doc: Y.Doc; text: Y.Text }`.
 */
export interface TextCodec<T extends object = object> {
  readonly name: string;
  /**
   * Whether bytes are an update that the library can have made. Must not take more time or memory than the bytes are worth:
   * anybody may have sent them.
   */
  isUpdate(bytes: Uint8Array): boolean;
  /**
   * The first update of a document that begins with a text: the same bytes on every site.
   *
   * @param client a writer that writes nothing else.
   */
  seed(text: string, client: number): Uint8Array;
  /** Opens the document that a set of updates makes. Those that are not updates are left out. */
  open(updates: readonly Uint8Array[], client: number): OpenText<T>;
}

/** A document in memory. */
export interface OpenText<T extends object = object> {
  /** What the application edits it with. */
  readonly editor: T;
  /** The plain text. What is not text, such as an image, is one U+FFFC, so positions are those of the document. */
  text(): string;
  /** Updates are missing that others depend on, so the document is not complete. */
  isPartial(): boolean;
  /** Whether all changes of an update are in it. */
  has(update: Uint8Array): boolean;
  /** Edits are those of another writer from now on. */
  writeAs(client: number): void;
  /**
   * Whether an update of somebody else has changes in the name of this document's client, beyond what others can know
   * of it.
   *
   * @param unsaved what `takeUpdate()` has returned and nobody else has yet.
   */
  clashes(update: Uint8Array, unsaved: readonly Uint8Array[]): boolean;
  /** Merges updates of others. What are not updates is left out. @throws if the document cannot be used any more. */
  apply(updates: readonly Uint8Array[]): void;
  /** Replaces ranges of the text, ascending and not overlapping. */
  replace(edits: readonly TextEdit[]): void;
  /** What was edited since the last call, as one update; undefined if nothing was. */
  takeUpdate(): Uint8Array | undefined;
  /** Puts several updates together, without a loss. */
  join(updates: readonly Uint8Array[]): Uint8Array;
  /**
   * Everything that the writers of these updates have written of the document, as one update without what nobody needs
   * any more.
   */
  compact(updates: readonly Uint8Array[]): Uint8Array;
  /** The whole document as one update. */
  snapshot(): Uint8Array;
  /** Calls back after each change, with whether it was made here. @returns ends it. */
  onChange(listener: (isLocal: boolean) => void): () => void;
  /** Ends it. Whatever edits it afterwards should fail: nobody would save it. */
  close(): void;
}

/** Characters are UTF-16 units. */
export interface TextEdit {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}
