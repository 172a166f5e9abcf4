import type { TextEdit } from './codec.js';
import { diffWords } from './diff.js';

/**
 * What somebody changed in `base`, as edits of `theirs`, to which others have changed it meanwhile. What others have
 * typed stays; what both have removed is removed once.
 */
export function rebase(mine: readonly TextEdit[], base: string, theirs: string): TextEdit[] {
  const other = diffWords(base, theirs);
  const edits: TextEdit[] = [];
  for (const { at, remove, insert } of mine) {
    // The parts of the removed range that are still there.
    const kept = surviving(at, remove, other);
    const place = kept[0]?.at ?? placeOf(at, other);
    if (kept.length === 0) {
      if (insert !== '') edits.push({ at: place, remove: 0, insert });
      continue;
    }
    kept.forEach(({ at: from, remove: length }, i) => {
      edits.push({ at: from, remove: length, insert: i === 0 ? insert : '' });
    });
  }
  return edits;
}

/** Where a position of the base is in the other text. */
function placeOf(at: number, other: readonly TextEdit[]): number {
  let moved = 0;
  for (const edit of other) {
    if (edit.at >= at) break;
    if (edit.at + edit.remove >= at && edit.remove > 0) {
      return edit.at + moved + edit.insert.length;
    }
    moved += edit.insert.length - edit.remove;
  }
  return at + moved;
}

function surviving(at: number, length: number, other: readonly TextEdit[]) {
  const parts: { at: number; remove: number }[] = [];
  let from = at;
  const end = at + length;
  let moved = 0;
  for (const edit of other) {
    if (edit.at >= end) break;
    const until = Math.max(from, Math.min(edit.at, end));
    if (until > from) parts.push({ at: from + moved, remove: until - from });
    moved += edit.insert.length - edit.remove;
    from = Math.max(from, edit.at + edit.remove);
  }
  if (end > from) parts.push({ at: from + moved, remove: end - from });
  return parts;
}
