/** The codecs that the tests of documents run with, and how a test edits what they make. */
import { text } from 'drizzle-orm/sqlite-core';
import { XmlElement, XmlText } from 'yjs';
import { collaborativeText, crrTable, type TextCodec } from '../../src/index.js';
import { type LoroEditor, loroText } from '../../src/loro/index.js';
import { type YText, type YXml, yText, yXml } from '../../src/yjs/index.js';
import { split } from '../../src/yjs/xml/block-edits.js';
import { piecesOf } from '../../src/yjs/xml/blocks.js';
import { cut, insertText, lengthOf } from '../../src/yjs/xml/line-edits.js';
import type { Random } from '../support/random.js';

/** A codec, and edits as an editor makes them. Positions are those of a text of one line. */
export interface Subject<T extends object> {
  readonly name: string;
  readonly codec: TextCodec<T>;
  /** What somebody types stays if another one removes everything around it. */
  readonly keepsTyped: boolean;
  insert(editor: T, at: number, text: string): void;
  remove(editor: T, at: number, length: number): void;
  length(editor: T): number;
  /** Edits of any kind. */
  scribble(editor: T, random: Random, word: string): void;
  /** The document with its marks and blocks. */
  content(editor: T): unknown;
  /** In whose name edits are made. */
  writer(editor: T): unknown;
}

const ofText: Subject<YText> = {
  name: 'yText()',
  codec: yText(),
  keepsTyped: true,
  insert: ({ text }, at, insert) => text.insert(at, insert),
  remove: ({ text }, at, length) => text.delete(at, length),
  length: ({ text }) => text.length,
  scribble({ text }, random, word) {
    const plain = text.toString();
    const at = around(plain, random.int(plain.length + 1));
    const length = around(plain, at + random.int(plain.length - at + 1)) - at;
    const kind = random.int(10);
    if (kind < 3) text.delete(at, around(plain, at + Math.min(length, 3)) - at);
    else if (kind < 5) text.format(at, length, markOf(random));
    else text.insert(at, word, random.chance(0.2) ? { bold: true } : {});
  },
  content: ({ text }) => text.toDelta(),
  writer: ({ doc }) => doc.clientID,
};

/** Not in the middle of a character, where no editor lets anybody type. */
const around = (text: string, at: number) =>
  /^[\udc00-\udfff]/.test(text.slice(at)) ? at + 1 : at;

const markOf = (random: Random) => ({
  [random.pick(['bold', 'em'])]: random.chance(0.6) ? true : null,
});

const plainOf = (text: XmlText) =>
  (text.toDelta() as { insert: string }[]).map(({ insert }) => insert).join('');

/** A paragraph, which an editor makes when somebody types into a document without one. */
function paragraphOf({ fragment }: YXml, index = 0): XmlElement {
  if (fragment.length === 0) fragment.insert(0, [new XmlElement('paragraph')]);
  return fragment.get(index) as XmlElement;
}

const ofXml: Subject<YXml> = {
  name: 'yXml()',
  codec: yXml(),
  keepsTyped: false,
  insert: (editor, at, insert) =>
    editor.doc.transact(() => insertText(paragraphOf(editor), at, insert)),
  remove: (editor, at, length) =>
    editor.doc.transact(() => cut(paragraphOf(editor), at, at + length)),
  length: (editor) => lengthOf(paragraphOf(editor)),
  scribble(editor, random, word) {
    const { doc, fragment } = editor;
    doc.transact(() => {
      const block = paragraphOf(editor, random.int(Math.max(1, fragment.length)));
      const plain = piecesOf(block)
        .map(({ text }) => text)
        .join('');
      const at = around(plain, random.int(plain.length + 1));
      const kind = random.int(12);
      if (kind < 3) cut(block, at, around(plain, at + 3));
      else if (kind === 3) split(block, at);
      else if (kind === 4) block.setAttribute('level', `${random.int(3)}`);
      else if (kind === 5 && random.chance(0.3)) fragment.delete(fragment.length - 1, 1);
      else if (kind < 8) {
        const text = block.length > 0 && random.pick(block.toArray());
        if (!(text instanceof XmlText)) return;
        const end = around(plainOf(text), random.int(text.length + 1));
        text.format(0, end, markOf(random));
      } else insertText(block, at, word.replace('\n', ''));
    });
  },
  content: ({ fragment }) => fragment.toString(),
  writer: ({ doc }) => doc.clientID,
};

const ofLoro: Subject<LoroEditor> = {
  name: 'loroText()',
  codec: loroText(),
  keepsTyped: true,
  insert({ doc, text }, at, insert) {
    text.insert(at, insert);
    doc.commit();
  },
  remove({ doc, text }, at, length) {
    text.delete(at, length);
    doc.commit();
  },
  length: ({ text }) => text.length,
  scribble({ doc, text }, random, word) {
    const plain = text.toString();
    const at = around(plain, random.int(plain.length + 1));
    const end = around(plain, at + random.int(plain.length - at + 1));
    const kind = random.int(10);
    if (kind < 3) text.delete(at, around(plain, Math.min(end, at + 3)) - at);
    else if (kind < 5 && end > at) {
      const [[name, value]] = Object.entries(markOf(random)) as [[string, true | null]];
      if (value === null) text.unmark({ start: at, end }, name);
      else text.mark({ start: at, end }, name, value);
    } else text.insert(at, word);
    if (random.chance(0.5)) doc.commit();
  },
  content: ({ text }) => text.toDelta(),
  writer: ({ doc }) => doc.peerIdStr,
};

/** A codec whose editor a test does not look into. */
export type AnySubject = Subject<object>;

export const SUBJECTS = [ofText, ofXml, ofLoro] as unknown as readonly AnySubject[];

/** A table with a document. */
export const notesWith = <T extends object>(codec: TextCodec<T>) =>
  crrTable('notes', {
    id: text('id').primaryKey().notNull(),
    body: collaborativeText('body', codec),
  });

/** The same for a process that only passes texts on. */
export const notesWithoutCodec = crrTable('notes', {
  id: text('id').primaryKey().notNull(),
  body: collaborativeText('body'),
});
