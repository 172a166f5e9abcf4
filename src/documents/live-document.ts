import { CrrUsageError } from '../errors.js';
import { startTimer } from '../live/timer.js';
import { closedDocument } from './closed-document.js';
import type { DocumentMerge } from './merges.js';
import type { Session } from './session.js';

export interface DocumentOptions {
  /** Saves by itself, this many milliseconds after an edit. Default: only `save()` does. */
  readonly autosave?: number | undefined;
}

/** A change of an open document. */
export interface DocumentChange {
  /** It was made with this document, and not merged or written by another process. */
  readonly isLocal: boolean;
}

/** A document of a row, open for editing. Those that are open twice in a process are one. */
export class LiveDocument<T extends object = object> {
  readonly #session: Session;
  readonly #options: DocumentOptions;
  readonly #onError: (error: unknown) => void;
  readonly #release: () => void;
  readonly #ends: (() => void)[] = [];
  #cancelSave: (() => void) | undefined;
  #isClosed = false;

  constructor(
    session: Session,
    options: DocumentOptions,
    parts: { readonly onError: (error: unknown) => void; readonly release: () => void },
  ) {
    this.#session = session;
    this.#options = options;
    this.#onError = parts.onError;
    this.#release = parts.release;
    if (options.autosave !== undefined) {
      this.on('change', ({ isLocal }) => {
        if (isLocal) this.#saveSoon();
      });
    }
  }

  /** What the document is edited with; of `yText()` a `Y.Doc` and its `Y.Text`. */
  get editor(): T {
    return this.#session.text.editor as T;
  }

  /** Something was edited and is not in the database yet. */
  get hasUnsaved(): boolean {
    return this.#session.hasUnsaved;
  }

  /** The plain text, as the column shows it once everything is saved. */
  toString(): string {
    return this.#session.text.text();
  }

  /**
   * Writes what was edited, and the text that the column shows, in one transaction.
   *
   * @throws {CrrDatabaseError} CRR_DATABASE_NO_ROW if the row was deleted.
   * @throws {CrrUsageError} CRR_USAGE_DOCUMENT_CLOSED after `close()`.
   */
  async save(): Promise<void> {
    this.#requireOpen();
    await this.#save();
  }

  #save(): Promise<void> {
    this.#cancelSave?.();
    this.#cancelSave = undefined;
    return this.#session.save();
  }

  /** Reads what other processes have written. Merges of this process are in the document without it. */
  async refresh(): Promise<void> {
    this.#requireOpen();
    await this.#session.sync();
  }

  /** Calls back after each change of the text or its marks. @returns ends it. */
  on(event: 'change', listener: (change: DocumentChange) => void): () => void;
  /**
   * Calls back after a merge of a text that was edited here and elsewhere since the merge before, for applications that
   * show what a merge has done. The document keeps a copy of itself while somebody listens.
   *
   * @returns ends it.
   */
  on(event: 'merge', listener: (merge: DocumentMerge) => void): () => void;
  on(
    event: 'change' | 'merge',
    listener: ((change: DocumentChange) => void) | ((merge: DocumentMerge) => void),
  ): () => void {
    this.#requireOpen();
    if (event !== 'change' && event !== 'merge') {
      throw new CrrUsageError(
        'CRR_USAGE_OPTION',
        `on(): a document has the events 'change' and 'merge', found ${JSON.stringify(event)}`,
      );
    }
    const guarded = <T>(value: T) => {
      // What a listener throws must not stop a merge half way.
      try {
        (listener as (value: T) => void)(value);
      } catch (error) {
        this.#onError(error);
      }
    };
    const end =
      event === 'merge'
        ? this.#session.onMerge(guarded)
        : this.#session.text.onChange((isLocal) => guarded({ isLocal }));
    this.#ends.push(end);
    return end;
  }

  /** Saves what was edited, and ends the document: its editor cannot be used for edits any more. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      // What is edited while it is being saved counts, too.
      do await this.#save();
      while (this.#session.hasUnsaved);
    } finally {
      for (const end of this.#ends) end();
      this.#release();
    }
  }

  #saveSoon(): void {
    if (this.#isClosed) return;
    this.#cancelSave ??= startTimer(() => {
      this.#cancelSave = undefined;
      this.#save().catch(this.#onError);
    }, this.#options.autosave!);
  }

  #requireOpen(): void {
    if (this.#isClosed) throw closedDocument();
  }
}
