import * as Y from 'yjs';
import { applyTo } from './format.js';

/** The origin of what others wrote, in Yjs's events. */
export const REMOTE = 'drizzle-crr';

/** Opens the document of updates, without those that fit none. `prepare` sees each document before its updates. */
export function opened(updates: readonly Uint8Array[], prepare: (doc: Y.Doc) => void): Y.Doc {
  const open = (part: readonly Uint8Array[]) => {
    const doc = new Y.Doc();
    prepare(doc);
    applyAll(doc, part);
    return doc;
  };
  try {
    return open(updates);
  } catch {
    return withoutFaulty(updates, open);
  }
}

/** @param updates are updates. */
export function applyAll(doc: Y.Doc, updates: readonly Uint8Array[]): void {
  doc.transact(() => {
    for (const update of updates) applyTo(doc, update, REMOTE);
  }, REMOTE);
}

/** An update can be well-formed and still fit no document. Yjs stops in the middle then, so the document is opened again without it. */
function withoutFaulty(
  updates: readonly Uint8Array[],
  open: (updates: readonly Uint8Array[]) => Y.Doc,
): Y.Doc {
  const good: Uint8Array[] = [];
  let doc = open(good);
  for (const update of updates) {
    try {
      applyAll(doc, [update]);
      good.push(update);
    } catch {
      doc.destroy();
      doc = open(good);
    }
  }
  return doc;
}
