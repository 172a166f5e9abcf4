import * as Y from 'yjs';
import type { TextCodec } from '../documents/codec.js';
import { V1, withFormat } from './format.js';
import { isUpdate } from './is-update.js';
import { YjsDocument } from './open-text.js';
import type { Shape } from './shape.js';

/** The codec of documents of a shape. */
export function codecOf<T extends object>(shape: Shape<T>): TextCodec<T> {
  return {
    name: shape.name,
    isUpdate: (bytes) => isUpdate(bytes, shape.root),
    seed(text, client) {
      const doc = new Y.Doc();
      doc.clientID = client;
      const editor = shape.editorOf(doc);
      doc.transact(() => shape.replace(editor, [{ at: 0, remove: 0, insert: text }]));
      const update = withFormat(V1, Y.encodeStateAsUpdate(doc));
      doc.destroy();
      return update;
    },
    open: (updates, client) => new YjsDocument(shape, updates, client),
  };
}
