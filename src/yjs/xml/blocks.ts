import * as Y from 'yjs';
import { OBJECT } from '../shape.js';

/** What ProseMirror's and Tiptap's schemas call the blocks that hold text. */
const TEXTBLOCKS = ['paragraph', 'heading', 'codeBlock', 'code_block'];
const BREAKS = ['hardBreak', 'hard_break'];
/** Nobody nests lists so deep. What is below is one object, since reading it would take a stack of any size. */
const MAX_DEPTH = 100;

/** An element, or the root. */
export type Node = Y.XmlElement | Y.XmlFragment;

/** A part of a line: a text, or an element that stands for one character. */
export interface Piece {
  /** Where it begins in the line. */
  readonly at: number;
  readonly text: string;
  /** Its place among the children of the block. */
  readonly index: number;
  /** Undefined if it is no text. */
  readonly node: Y.XmlText | undefined;
}

/** A line of the plain text: a block that holds text, or an object between such blocks. */
export interface Line {
  readonly node: Node;
  readonly isObject: boolean;
  readonly text: string;
}

/** Reads documents of blocks as lines. The structure decides what is a line, since nobody knows the editor's schema here. */
export class Blocks {
  readonly #textblocks: ReadonlySet<string>;

  constructor(textblocks: readonly string[]) {
    this.#textblocks = new Set([...TEXTBLOCKS, ...textblocks]);
  }

  text(root: Y.XmlFragment): string {
    return this.lines(root)
      .map(({ text }) => text)
      .join('\n');
  }

  lines(root: Y.XmlFragment): Line[] {
    const found: Line[] = [];
    const visit = (node: Node, depth: number) => {
      const children = childrenOf(node);
      if (this.#isTextblock(node, children)) {
        const text = pieces(children)
          .map((piece) => piece.text)
          .join('');
        found.push({ node, isObject: false, text });
      } else if (node !== root && (children.length === 0 || depth === MAX_DEPTH)) {
        found.push({ node, isObject: true, text: OBJECT });
      } else {
        for (const child of children) if (child instanceof Y.XmlElement) visit(child, depth + 1);
      }
    };
    visit(root, 0);
    return found;
  }

  #isTextblock(node: Node, children: readonly unknown[]): boolean {
    if (node instanceof Y.XmlElement && this.#textblocks.has(node.nodeName)) return true;
    return children.some((child) => child instanceof Y.XmlText);
  }
}

/** The children of a node. Other clients may have put anything there. */
export const childrenOf = (node: Node): readonly unknown[] => node.toArray();

/** What is in a block that holds text. */
export const piecesOf = (block: Node): Piece[] => pieces(childrenOf(block));

function pieces(children: readonly unknown[]): Piece[] {
  let at = 0;
  return children.map((child, index) => {
    const node = child instanceof Y.XmlText ? child : undefined;
    const text = node === undefined ? (isBreak(child) ? '\n' : OBJECT) : textOf(node);
    const piece = { at, text, index, node };
    at += text.length;
    return piece;
  });
}

const isBreak = (child: unknown) =>
  child instanceof Y.XmlElement && BREAKS.includes(child.nodeName);

/** A part of a text that has the same marks, or an embed. */
export interface Run {
  readonly insert: unknown;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

export const runsOf = (text: Y.XmlText): readonly Run[] => text.toDelta();

const textOf = (text: Y.XmlText) =>
  runsOf(text)
    .map(({ insert }) => (typeof insert === 'string' ? insert : OBJECT))
    .join('');
