import * as Y from 'yjs';
import type { TextEdit } from '../../documents/codec.js';
import { insertAfter, insertBefore, join, paragraphs, remove, split } from './block-edits.js';
import type { Blocks, Line, Node } from './blocks.js';
import { cut, insertText, lengthOf } from './line-edits.js';

/*
 * Edits of the plain text, as edits of blocks. Yjs cannot move a block: what others write at the same time in one that is removed
 * or joined with another one goes with it. So a block stays where it is if that is possible.
 */

/** In these, a line ends within the text. */
const CODE = ['codeBlock', 'code_block'];

interface Place {
  node: Node;
  isObject: boolean;
  /** Where it began before the edits. */
  readonly at: number;
}

/** Replaces ranges of the text of a document, ascending and not overlapping. */
export function replaceIn(root: Y.XmlFragment, blocks: Blocks, edits: readonly TextEdit[]): void {
  const places = placesOf(blocks.lines(root));
  if (places.length === 0) {
    const text = edits.map(({ insert }) => insert).join('');
    if (text !== '') root.insert(0, paragraphs(text.split('\n')));
    return;
  }
  // From the end, so that what is before an edit stays as it was.
  for (const { at, remove, insert } of [...edits].reverse()) {
    const place = removeRange(places, at, at + remove);
    if (insert !== '') insertAt(place, at - place.at, insert);
  }
  // A document without text has no blocks: an editor begins it with what its schema asks for.
  if (edits.length > 0 && blocks.text(root) === '') root.delete(0, root.length);
}

function placesOf(lines: readonly Line[]): Place[] {
  let next = 0;
  return lines.map(({ node, isObject, text }) => {
    const at = next;
    next += text.length + 1;
    return { node, isObject, at };
  });
}

/** @returns the line in which the range began. */
function removeRange(places: readonly Place[], begin: number, end: number): Place {
  const indexAt = (at: number) => places.findLastIndex((place) => place.at <= at);
  const [i, j] = [indexAt(begin), indexAt(end)];
  const [first, last] = [places[i]!, places[j]!];
  const [from, to] = [begin - first.at, end - last.at];
  if (first === last) {
    cutLine(first, from, to);
    return first;
  }
  for (const { node } of places.slice(i + 1, j)) remove(node);
  const isLastGone = to > 0 && to === lengthAt(last);
  if (from === 0 && !isLastGone) {
    cutLine(last, 0, to);
    remove(first.node);
    first.node = last.node;
    first.isObject = last.isObject;
    return first;
  }
  cutLine(first, from, Number.POSITIVE_INFINITY);
  if (isLastGone || (to === 0 && lengthAt(last) === 0)) remove(last.node);
  // An object stands in a line of its own.
  else if (first.isObject || last.isObject) cutLine(last, 0, to);
  else join(first.node, last.node, to);
  return first;
}

const lengthAt = ({ node, isObject }: Place) => (isObject ? 1 : lengthOf(node));

function cutLine(place: Place, from: number, to: number): void {
  if (from >= Math.min(to, lengthAt(place))) return;
  if (!place.isObject) cut(place.node, from, to);
  else {
    const [empty] = paragraphs(['']) as [Y.XmlElement];
    insertBefore(place.node, [empty]);
    remove(place.node);
    Object.assign(place, { node: empty, isObject: false });
  }
}

function insertAt(place: Place, offset: number, insert: string): void {
  const { node } = place;
  const lines = insert.split('\n');
  if (place.isObject) {
    insertBeside(place, offset, lines);
    return;
  }
  if (lines.length === 1 || !(node instanceof Y.XmlElement) || CODE.includes(node.nodeName)) {
    insertText(node, offset, insert);
    return;
  }
  const [head, ...rest] = lines as [string, ...string[]];
  if (offset === lengthOf(node)) {
    insertText(node, offset, head);
    insertAfter(node, paragraphs(rest));
  } else if (offset === 0) {
    insertText(node, 0, lines.at(-1)!);
    putBefore(place, lines.slice(0, -1));
  } else {
    const behind = split(node, offset);
    insertText(node, offset, head);
    insertText(behind, 0, rest.at(-1)!);
    insertAfter(node, paragraphs(rest.slice(0, -1)));
  }
}

/** Edits before these lines end at the first of them. */
function putBefore(place: Place, lines: readonly string[]): void {
  const blocks = paragraphs(lines);
  insertBefore(place.node, blocks);
  Object.assign(place, { node: blocks[0], isObject: false });
}

/** Text beside an object is a line of its own. */
function insertBeside(place: Place, offset: number, lines: readonly string[]): void {
  if (offset > 0) insertAfter(place.node, paragraphs(lines[0] === '' ? lines.slice(1) : lines));
  else putBefore(place, lines.at(-1) === '' ? lines.slice(0, -1) : lines);
}
