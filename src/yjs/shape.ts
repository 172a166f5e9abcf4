import type * as Y from 'yjs';
import type { TextEdit } from '../documents/codec.js';

/** What the documents of a codec are made of. */
export interface Shape<T extends object> {
  /** The codec's name. */
  readonly name: string;
  /** The name of the root type. It is in every update, so it can never be another. */
  readonly root: string;
  /** What an application edits a document with. Yjs has to know the type of the root before what it holds. */
  editorOf(doc: Y.Doc): T;
  text(editor: T): string;
  replace(editor: T, edits: readonly TextEdit[]): void;
}

/** Stands for what is not text. */
export const OBJECT = '\ufffc';

/** The roots of all codecs: what belongs to another one is no update of this one. */
export const ROOTS = { text: 'text', xml: 'xml' } as const;
