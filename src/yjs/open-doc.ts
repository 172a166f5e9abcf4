import * as Y from 'yjs';
import { applyTo, isUpdate } from './format.js';
import { ROOT } from './root.js';

/** The origin of what others wrote, in Yjs's events. */
export const REMOTE = 'drizzle-crr';

/** Opens the document of updates. Those that make no sense are left out. */
export function opened(updates: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc();
  // The type of the root has to be known before what it holds.
  doc.getText(ROOT);
  try {
    applyAll(doc, updates);
    return doc;
  } catch {
    return withoutFaulty(updates);
  }
}

export function applyAll(doc: Y.Doc, updates: readonly Uint8Array[]): void {
  doc.transact(() => {
    for (const update of updates) if (isUpdate(update)) applyTo(doc, update, REMOTE);
  }, REMOTE);
}

/** An update can be well-formed and still make no sense. Yjs stops in the middle then, so each is tried on a copy first. */
function withoutFaulty(updates: readonly Uint8Array[]): Y.Doc {
  let good: Uint8Array[] = [];
  let doc = new Y.Doc();
  for (const update of updates) {
    const trial = new Y.Doc();
    trial.getText(ROOT);
    try {
      applyAll(trial, [...good, update]);
    } catch {
      continue;
    }
    good = [...good, update];
    doc = trial;
  }
  return doc;
}
