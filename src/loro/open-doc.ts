import { type ImportStatus, LoroDoc } from 'loro-crdt';
import { isUpdate } from './span.js';

/** Opens the document of updates, without those that make no sense. `imported` is called with what became of each part. */
export function opened(
  updates: readonly Uint8Array[],
  imported: (status: ImportStatus) => void,
): LoroDoc {
  const sound = updates.filter(isUpdate);
  try {
    return open(sound, imported);
  } catch {
    return withoutFaulty(sound, imported);
  }
}

function open(updates: readonly Uint8Array[], imported: (status: ImportStatus) => void): LoroDoc {
  const doc = new LoroDoc();
  // Marks of any name; an application may configure others.
  doc.configDefaultTextStyle({ expand: 'after' });
  if (updates.length > 0) imported(doc.importBatch([...updates]));
  return doc;
}

/** A checksum may be right, and the content still be no document. Loro may stop in the middle, so it is opened again without it. */
function withoutFaulty(
  updates: readonly Uint8Array[],
  imported: (status: ImportStatus) => void,
): LoroDoc {
  const good: Uint8Array[] = [];
  for (const update of updates) {
    try {
      open([...good, update], () => {});
      good.push(update);
    } catch {
      // It is left out.
    }
  }
  return open(good, imported);
}
