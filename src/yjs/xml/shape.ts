import type * as Y from 'yjs';
import { optionsOf, requireOptions } from '../../model/options.js';
import { ROOTS, type Shape } from '../shape.js';
import { Blocks } from './blocks.js';
import { replaceIn } from './replace.js';

/** What an application edits a document of blocks with. */
export interface YXml {
  readonly doc: Y.Doc;
  readonly fragment: Y.XmlFragment;
}

export interface XmlOptions {
  /**
   * Names of blocks that hold text, besides `paragraph`, `heading`, `codeBlock` and `code_block`: an empty one is an
   * empty line. Other elements without content are objects, such as images, and shown as U+FFFC.
   */
  readonly textblocks?: readonly string[] | undefined;
}

const OPTIONS = optionsOf<XmlOptions>({ textblocks: 'list' });

/** A document of blocks. */
export function xmlShape(options: XmlOptions): Shape<YXml> {
  requireOptions('yXml()', options, OPTIONS);
  const blocks = new Blocks(options.textblocks ?? []);
  return {
    name: 'yjs-xml',
    root: ROOTS.xml,
    editorOf: (doc) => ({ doc, fragment: doc.getXmlFragment(ROOTS.xml) }),
    text: ({ fragment }) => blocks.text(fragment),
    replace: ({ fragment }, edits) => replaceIn(fragment, blocks, edits),
  };
}
