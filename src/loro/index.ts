import { LoroDoc } from 'loro-crdt';
import type { TextCodec } from '../documents/codec.js';
import { LoroDocument, type LoroEditor, ROOT } from './open-text.js';
import { isUpdate } from './span.js';

export type { LoroEditor } from './open-text.js';

const CODEC: TextCodec<LoroEditor> = {
  name: 'loro',
  isUpdate,
  seed(text, client) {
    const doc = new LoroDoc();
    doc.setPeerId(`${client}`);
    doc.getText(ROOT).insert(0, text);
    doc.commit();
    return doc.export({ mode: 'update' });
  },
  open: (updates, client) => new LoroDocument(updates, client),
};

/**
 * Texts of [Loro](https://loro.dev), for `collaborativeText()`. The document is a `LoroDoc` with a `LoroText`, which may have
 * marks. What was edited counts from `doc.commit()` on, which `save()` calls, too.
 *
 * @example
 * const notes = crrTable('notes', {
 *   id: text('id').primaryKey().notNull(),
 *   body: collaborativeText('body', loroText()),
 * });
 * const doc = await db.$crr.document(notes, { id: 'a' }, 'body', loroText());
 * doc.editor.text.insert(0, 'Hello');
 * await doc.save();
 */
export function loroText(): TextCodec<LoroEditor> {
  return CODEC;
}
