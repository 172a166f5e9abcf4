import * as Y from 'yjs';
import type { OpenText, TextCodec } from '../documents/codec.js';
import { V1, withFormat } from './format.js';
import { isUpdate } from './is-update.js';
import { YjsText, type YText } from './open-text.js';
import { ROOT } from './root.js';

export type { YText } from './open-text.js';

/**
 * Texts of [Yjs](https://docs.yjs.dev), for `collaborativeText()`. The document is a `Y.Doc` whose `Y.Text` may have
 * marks and embeds; editors have bindings for it.
 *
 * @example
 * const notes = crrTable('notes', {
 *   id: text('id').primaryKey().notNull(),
 *   body: collaborativeText('body', yText()),
 * });
 * const doc = await db.$crr.document(notes, { id: 'a' }, 'body', yText());
 * doc.editor.text.insert(0, 'Hello');
 * await doc.save();
 */
export function yText(): TextCodec<YText> {
  return CODEC;
}

const CODEC: TextCodec<YText> = {
  name: 'yjs',
  isUpdate,
  seed(text, client) {
    const doc = new Y.Doc();
    doc.clientID = client;
    doc.getText(ROOT).insert(0, text);
    const update = withFormat(V1, Y.encodeStateAsUpdate(doc));
    doc.destroy();
    return update;
  },
  open: (updates, client): OpenText<YText> => new YjsText(updates, client),
};
