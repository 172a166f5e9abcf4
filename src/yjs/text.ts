import type * as Y from 'yjs';
import { OBJECT, ROOTS, type Shape } from './shape.js';

/** What an application edits a text with. */
export interface YText {
  readonly doc: Y.Doc;
  readonly text: Y.Text;
}

/** A document that is one text. */
export const TEXT: Shape<YText> = {
  name: 'yjs',
  root: ROOTS.text,
  editorOf: (doc) => ({ doc, text: doc.getText(ROOTS.text) }),
  text({ text }) {
    const plain = text.toString();
    if (plain.length === text.length) return plain;
    return (text.toDelta() as { insert: unknown }[])
      .map(({ insert }) => (typeof insert === 'string' ? insert : OBJECT))
      .join('');
  },
  replace({ text }, edits) {
    for (const { at, remove, insert } of [...edits].reverse()) {
      if (remove > 0) text.delete(at, remove);
      if (insert !== '') text.insert(at, insert);
    }
  },
};
