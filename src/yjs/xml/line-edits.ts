import * as Y from 'yjs';
import { childrenOf, type Node, piecesOf, type Run, runsOf } from './blocks.js';

/*
 * Edits in one block that holds text. Positions are those of its line.
 */

export function lengthOf(block: Node): number {
  const last = piecesOf(block).at(-1);
  return last === undefined ? 0 : last.at + last.text.length;
}

export function cut(block: Node, from: number, to: number): void {
  for (const { at, text, index, node } of piecesOf(block).reverse()) {
    const begin = Math.max(from, at);
    const end = Math.min(to, at + text.length);
    if (begin >= end) continue;
    if (node === undefined) block.delete(index, 1);
    else node.delete(begin - at, end - begin);
  }
}

/** The text gets the marks of what is before it. */
export function insertText(block: Node, at: number, text: string): void {
  if (text === '') return;
  const pieces = piecesOf(block);
  const into = pieces.find(
    (piece) => piece.node !== undefined && piece.at <= at && at <= piece.at + piece.text.length,
  );
  if (into !== undefined) into.node!.insert(at - into.at, text);
  else {
    const index = pieces.find((piece) => piece.at >= at)?.index ?? pieces.length;
    block.insert(index, [new Y.XmlText(text)]);
  }
}

/** What can be put into a block: text with its marks, or an element. */
type Content = readonly Run[] | Y.XmlElement;

/** A copy of what is after a position. */
export function contentAfter(block: Node, from: number): Content[] {
  const children = childrenOf(block);
  return piecesOf(block).flatMap(({ at, text, index, node }): Content[] => {
    if (at + text.length <= from) return [];
    if (node !== undefined) return [runsAfter(runsOf(node), from - at)];
    const child = children[index];
    return child instanceof Y.XmlElement ? [child.clone() as Y.XmlElement] : [];
  });
}

function runsAfter(runs: readonly Run[], from: number): Run[] {
  let at = 0;
  return runs.flatMap((run) => {
    const { insert } = run;
    const begin = at;
    at += typeof insert === 'string' ? insert.length : 1;
    if (at <= from) return [];
    if (typeof insert === 'string') {
      return [{ ...run, insert: insert.slice(Math.max(0, from - begin)) }];
    }
    return [{ ...run, insert: insert instanceof Y.AbstractType ? insert.clone() : insert }];
  });
}

/** Puts content at the end of a block. */
export function append(block: Node, contents: readonly Content[]): void {
  for (const content of contents) {
    if (content instanceof Y.XmlElement) {
      block.push([content]);
      continue;
    }
    const last = childrenOf(block).at(-1);
    const text = last instanceof Y.XmlText ? last : new Y.XmlText();
    if (text !== last) block.push([text]);
    text.applyDelta([{ retain: text.length }, ...content], { sanitize: false });
  }
}
