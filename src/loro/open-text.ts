import {
  type ImportStatus,
  type LoroDoc,
  type LoroText,
  type PeerID,
  VersionVector,
} from 'loro-crdt';
import type { OpenText, TextEdit } from '../documents/codec.js';
import { opened } from './open-doc.js';
import { isUpdate, type Span, spansOf } from './span.js';

/** What an application edits a text of Loro with. What it has edited counts from `doc.commit()` on, which editors' bindings call. */
export interface LoroEditor {
  readonly doc: LoroDoc;
  readonly text: LoroText;
}

/** The name of the text in its document. It is in every update, so it can never be another. */
export const ROOT = 'text';
/** Once so much was written in the name of a writer, which nobody does by typing, its site writes in another. */
const FULL_COUNTER = 2 ** 30;

export class LoroDocument implements OpenText<LoroEditor> {
  readonly editor: LoroEditor;
  #updates: Uint8Array[] = [];
  /** What has been imported and waits for what it depends on. */
  #waiting: Span[] = [];

  constructor(updates: readonly Uint8Array[], client: number) {
    const doc = opened(updates, this.#imported);
    this.editor = { doc, text: doc.getText(ROOT) };
    this.writeAs(client);
    doc.subscribeLocalUpdates((update) => {
      this.#updates.push(update);
    });
  }

  get #doc(): LoroDoc {
    return this.editor.doc;
  }

  readonly #imported = ({ pending }: ImportStatus): void => {
    for (const [peer, { start, end }] of pending ?? []) this.#waiting.push({ peer, start, end });
  };

  #counterOf(peer: PeerID): number {
    return this.#doc.oplogVersion().get(peer) ?? 0;
  }

  text(): string {
    return this.editor.text.toString();
  }

  isPartial(): boolean {
    this.#waiting = this.#waiting.filter(({ peer, end }) => this.#counterOf(peer) < end);
    return this.#waiting.length > 0;
  }

  has(update: Uint8Array): boolean {
    return (spansOf(update) ?? []).every(({ peer, end }) => this.#counterOf(peer) >= end);
  }

  writeAs(client: number): void {
    let free = client;
    while (this.#counterOf(`${free}`) >= FULL_COUNTER) free = (free + 1) % 2 ** 32;
    if (this.#doc.peerIdStr === `${free}`) return;
    this.#doc.commit();
    this.#doc.setPeerId(`${free}`);
  }

  clashes(update: Uint8Array, unsaved: readonly Uint8Array[]): boolean {
    const own = this.#doc.peerIdStr;
    // What each writer of this document had written when it was last saved.
    const saved = new Map([[own, this.#counterOf(own)]]);
    for (const { peer, start } of unsaved.flatMap((bytes) => spansOf(bytes) ?? [])) {
      saved.set(peer, Math.min(start, saved.get(peer) ?? start));
    }
    return (spansOf(update) ?? []).some(
      ({ peer, end }) => end > (saved.get(peer) ?? Number.POSITIVE_INFINITY),
    );
  }

  apply(updates: readonly Uint8Array[]): void {
    this.#doc.commit();
    const sound = updates.filter(isUpdate);
    if (sound.length > 0) this.#imported(this.#doc.importBatch(sound));
  }

  replace(edits: readonly TextEdit[]): void {
    const { text } = this.editor;
    for (const { at, remove, insert } of [...edits].reverse()) {
      if (remove > 0) text.delete(at, remove);
      if (insert !== '') text.insert(at, insert);
    }
    this.#doc.commit();
  }

  takeUpdate(): Uint8Array | undefined {
    this.#doc.commit();
    const updates = this.#updates;
    this.#updates = [];
    return updates.length > 1 ? this.join(updates) : updates[0];
  }

  /** All of them are in the document. */
  join(updates: readonly Uint8Array[]): Uint8Array {
    const ranges = new Map<PeerID, Span>();
    for (const span of updates.flatMap((bytes) => spansOf(bytes) ?? [])) {
      const { start, end } = ranges.get(span.peer) ?? span;
      const both = { start: Math.min(start, span.start), end: Math.max(end, span.end) };
      ranges.set(span.peer, { peer: span.peer, ...both });
    }
    const spans = [...ranges.values()].map(({ peer, start, end }) => ({
      id: { peer, counter: start },
      len: end - start,
    }));
    return this.#doc.export({ mode: 'updates-in-range', spans });
  }

  compact(updates: readonly Uint8Array[]): Uint8Array {
    const own = new Set(updates.flatMap((bytes) => spansOf(bytes) ?? []).map(({ peer }) => peer));
    // What a reader would have who lacks these writers only.
    const others = [...this.#doc.oplogVersion().toJSON()].filter(([peer]) => !own.has(peer));
    return this.#doc.export({ mode: 'update', from: new VersionVector(new Map(others)) });
  }

  snapshot(): Uint8Array {
    return this.#doc.export({ mode: 'update' });
  }

  onChange(listener: (isLocal: boolean) => void): () => void {
    return this.#doc.subscribe(({ by }) => listener(by === 'local'));
  }

  /** Loro refuses edits of a document that is detached. The memory is freed once nobody refers to it any more. */
  close(): void {
    this.#doc.detach();
  }
}
