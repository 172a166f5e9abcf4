import * as Y from 'yjs';
import { childrenOf, type Node } from './blocks.js';
import { append, contentAfter, cut } from './line-edits.js';

/** A new line is a paragraph, whatever is beside it: schemas allow one almost everywhere. */
export function paragraphs(lines: readonly string[]): Y.XmlElement[] {
  return lines.map((line) => {
    const paragraph = new Y.XmlElement('paragraph');
    if (line !== '') paragraph.insert(0, [new Y.XmlText(line)]);
    return paragraph;
  });
}

const parentOf = (node: Node) => node.parent as Node;
const indexOf = (node: Node) => childrenOf(parentOf(node)).indexOf(node);

export function insertBefore(node: Node, blocks: Y.XmlElement[]): void {
  parentOf(node).insert(indexOf(node), blocks);
}

export function insertAfter(node: Node, blocks: Y.XmlElement[]): void {
  parentOf(node).insert(indexOf(node) + 1, blocks);
}

/** Removes a block, and what holds nothing after that: an item with its only paragraph, a list with its only item. */
export function remove(block: Node): void {
  let node = block;
  for (;;) {
    const parent = parentOf(node);
    parent.delete(indexOf(node), 1);
    if (parent.length > 0 || !(parent instanceof Y.XmlElement)) return;
    node = parent;
  }
}

/** Puts what is after a position into a block of the same kind, behind this one. @returns the new block. */
export function split(block: Y.XmlElement, at: number): Y.XmlElement {
  const rest = new Y.XmlElement(block.nodeName);
  for (const [name, value] of Object.entries(block.getAttributes())) {
    if (value !== undefined) rest.setAttribute(name, value);
  }
  const contents = contentAfter(block, at);
  insertAfter(block, [rest]);
  append(rest, contents);
  cut(block, at, Number.POSITIVE_INFINITY);
  return rest;
}

/** Puts what is in a block from a position on at the end of another one, and removes the block. */
export function join(into: Node, block: Node, from: number): void {
  append(into, contentAfter(block, from));
  remove(block);
}
