import * as Y from 'yjs';
import type { OpenText, TextEdit } from '../documents/codec.js';
import { inFirst, isUpdate, spansOf, V1, V2, withFormat } from './format.js';
import { applyAll, opened, REMOTE } from './open-doc.js';
import { ROOT } from './root.js';

/** What an application edits a text with. */
export interface YText {
  readonly doc: Y.Doc;
  readonly text: Y.Text;
}

/** Stands for what is not text. */
const OBJECT = '\ufffc';

export class YjsText implements OpenText<YText> {
  readonly editor: YText;
  #updates: Uint8Array[] = [];

  constructor(updates: readonly Uint8Array[], client: number) {
    const doc = opened(updates);
    // Only now: Yjs takes another client id if it sees its own in what it reads.
    doc.clientID = client;
    this.editor = { doc, text: doc.getText(ROOT) };
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== REMOTE) this.#updates.push(update);
    });
  }

  get #doc(): Y.Doc {
    return this.editor.doc;
  }

  text(): string {
    const { text } = this.editor;
    const plain = text.toString();
    if (plain.length === text.length) return plain;
    return (text.toDelta() as { insert: unknown }[])
      .map(({ insert }) => (typeof insert === 'string' ? insert : OBJECT))
      .join('');
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

  clashes(update: Uint8Array): boolean {
    const own = this.#doc.clientID;
    return (
      isUpdate(update) &&
      spansOf(update).some(
        ({ client, clock, length }) => client === own && this.#stateOf(own) < clock + length,
      )
    );
  }

  #stateOf(client: number): number {
    return Y.getState(this.#doc.store, client);
  }

  apply(updates: readonly Uint8Array[]): void {
    const client = this.#doc.clientID;
    applyAll(this.#doc, updates);
    this.#doc.clientID = client;
  }

  replace(edits: readonly TextEdit[]): void {
    const { text } = this.editor;
    this.#doc.transact(() => {
      for (const { at, remove, insert } of [...edits].reverse()) {
        if (remove > 0) text.delete(at, remove);
        if (insert !== '') text.insert(at, insert);
      }
    });
  }

  takeUpdate(): Uint8Array | undefined {
    const updates = this.#updates;
    this.#updates = [];
    if (updates.length === 0) return undefined;
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
    const update = Y.encodeStateAsUpdateV2(this.#doc, Y.encodeStateVector(known));
    return withFormat(V2, update);
  }

  onChange(listener: (isLocal: boolean) => void): () => void {
    const changed = ({ changed, origin }: Y.Transaction) => {
      if (changed.size > 0) listener(origin !== REMOTE);
    };
    this.#doc.on('afterTransaction', changed);
    return () => this.#doc.off('afterTransaction', changed);
  }

  close(): void {
    this.#doc.destroy();
  }
}
