import type { TextCodec } from '../documents/codec.js';
import { codecOf } from './codec.js';
import { TEXT, type YText } from './text.js';
import { type XmlOptions, xmlShape, type YXml } from './xml/shape.js';

export type { YText } from './text.js';
export type { XmlOptions, YXml } from './xml/shape.js';

const CODEC = codecOf(TEXT);

/**
 * Texts of [Yjs](https://docs.yjs.dev), for `collaborativeText()`. The document is a `Y.Doc` whose `Y.Text` may have
 * marks and embeds; editors such as CodeMirror and Quill have bindings for it.
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

/**
 * Documents of blocks, for `collaborativeText()`: paragraphs, headings, lists and what else an editor such as Tiptap or another
 * one of ProseMirror has. The document is a `Y.Doc` with a `Y.XmlFragment`. The column shows its text, a line for each block.
 *
 * @throws {CrrUsageError} CRR_USAGE_OPTION if an option is misspelt.
 *
 * @example
 * const pages = crrTable('pages', {
 *   id: text('id').primaryKey().notNull(),
 *   body: collaborativeText('body', yXml()),
 * });
 * const doc = await db.$crr.document(pages, { id: 'a' }, 'body', yXml());
 * new Editor({ extensions: [StarterKit, Collaboration.configure({ fragment: doc.editor.fragment })] });
 */
export function yXml(options: XmlOptions = {}): TextCodec<YXml> {
  return codecOf(xmlShape(options));
}
