import * as Y from 'yjs';
import { closedDocument } from '../documents/closed-document.js';
import type { OpenText, TextEdit } from '../documents/codec.js';
import { inFirst, spansOf, V1, V2, withFormat } from './format.js';
import { isUpdate } from './is-update.js';
import { applyAll, opened, REMOTE } from './open-doc.js';
import type { Shape } from './shape.js';

/** Once so much was written in the name of a writer, which nobody does by typing, its site writes in another. */
const FULL_CLOCK = 2 ** 32;

export class YjsDocument<T extends object> implements OpenText<T> {
  readonly editor: T;
  readonly #shape: Shape<T>;
  readonly #doc: Y.Doc;
  #updates: Uint8Array[] = [];
  /** What Yjs has tidied up when it merged: it deletes marks that have become superfluous. */
  #tidied: Uint8Array[] = [];
  #isMerging = true;

  constructor(shape: Shape<T>, updates: readonly Uint8Array[], client: number) {
    this.#shape = shape;
    const doc = opened(updates.filter(this.#isUpdate), (doc) => {
      shape.editorOf(doc);
      this.#tidied = [];
      doc.on('update', (update: Uint8Array, origin: unknown) => {
        if (origin === REMOTE) return;
        (this.#isMerging ? this.#tidied : this.#updates).push(update);
      });
    });
    this.#isMerging = false;
    this.#doc = doc;
    this.editor = shape.editorOf(doc);
    // Only now: Yjs takes another client id if it sees its own in what it reads.
    this.writeAs(client);
  }

  readonly #isUpdate = (update: Uint8Array): boolean => isUpdate(update, this.#shape.root);

  text(): string {
    return this.#shape.text(this.editor);
  }

  isPartial(): boolean {
    const { pendingStructs, pendingDs } = this.#doc.store;
    return pendingStructs !== null || pendingDs !== null;
  }

  has(update: Uint8Array): boolean {
    return spansOf(update).every(
      ({ client, clock, length }) => this.#stateOf(client) >= clock + length,
    );
  }

  writeAs(client: number): void {
    let free = client;
    while (this.#stateOf(free) >= FULL_CLOCK) free = (free + 1) % 2 ** 32;
    this.#doc.clientID = free;
  }

  clashes(update: Uint8Array, unsaved: readonly Uint8Array[]): boolean {
    if (!this.#isUpdate(update)) return false;
    const { clientID } = this.#doc;
    // What each writer of this document had written when it was last saved.
    const saved = new Map([[clientID, this.#stateOf(clientID)]]);
    for (const { client, clock } of unsaved.flatMap(spansOf)) {
      saved.set(client, Math.min(clock, saved.get(client) ?? clock));
    }
    return spansOf(update).some(
      ({ client, clock, length }) =>
        clock + length > (saved.get(client) ?? Number.POSITIVE_INFINITY),
    );
  }

  #stateOf(client: number): number {
    return Y.getState(this.#doc.store, client);
  }

  apply(updates: readonly Uint8Array[]): void {
    const client = this.#doc.clientID;
    this.#isMerging = true;
    try {
      applyAll(this.#doc, updates.filter(this.#isUpdate));
    } finally {
      this.#isMerging = false;
      this.#doc.clientID = client;
    }
  }

  replace(edits: readonly TextEdit[]): void {
    this.#doc.transact(() => this.#shape.replace(this.editor, edits));
  }

  takeUpdate(): Uint8Array | undefined {
    if (this.#updates.length === 0) return undefined;
    // A merge writes nothing, but edits after it may rely on what it has tidied up.
    const updates = [...this.#tidied, ...this.#updates];
    this.#tidied = [];
    this.#updates = [];
    return withFormat(V1, updates.length === 1 ? updates[0]! : Y.mergeUpdates(updates));
  }

  join(updates: readonly Uint8Array[]): Uint8Array {
    return withFormat(V1, Y.mergeUpdates(updates.map(inFirst)));
  }

  compact(updates: readonly Uint8Array[]): Uint8Array {
    const own = new Set(updates.flatMap(spansOf).map(({ client }) => client));
    // What a reader would have who lacks these writers only.
    const others = [...this.#doc.store.clients.keys()].filter((client) => !own.has(client));
    const known = new Map(others.map((client) => [client, this.#stateOf(client)]));
    const vector = Y.encodeStateVector(known);
    const update = withFormat(V2, Y.encodeStateAsUpdateV2(this.#doc, vector));
    // Of thousands of characters that were each typed before the one before, readers would not believe so few bytes.
    return this.#isUpdate(update)
      ? update
      : withFormat(V1, Y.encodeStateAsUpdate(this.#doc, vector));
  }

  snapshot(): Uint8Array {
    return withFormat(V1, Y.encodeStateAsUpdate(this.#doc));
  }

  onChange(listener: (isLocal: boolean) => void): () => void {
    const changed = ({ changed, origin }: Y.Transaction) => {
      if (changed.size > 0) listener(origin !== REMOTE && !this.#isMerging);
    };
    this.#doc.on('afterTransaction', changed);
    return () => this.#doc.off('afterTransaction', changed);
  }

  close(): void {
    this.#doc.destroy();
    this.#doc.on('afterAllTransactions', (_: Y.Doc, transactions: Y.Transaction[]) => {
      if (transactions.some(({ changed }) => changed.size > 0)) throw closedDocument();
    });
  }
}
