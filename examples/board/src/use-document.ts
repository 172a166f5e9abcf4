import type { LiveDocument } from 'drizzle-crr';
import { useEffect, useState } from 'react';
import { onWritten } from './database.js';

/** How long after an edit it is saved, and sent. */
export const AUTOSAVE = { autosave: 250 };

/**
 * A document, open while the component is mounted.
 *
 * @param open the same function each time.
 * @returns undefined until it is open.
 */
export function useDocument<T extends object>(
  id: string,
  open: (id: string) => Promise<LiveDocument<T>>,
): { readonly document: LiveDocument<T> | undefined; readonly error: Error | undefined } {
  const [document, setDocument] = useState<LiveDocument<T>>();
  const [error, setError] = useState<Error>();
  useEffect(() => {
    const opening = open(id);
    let isOver = false;
    opening.then((opened) => isOver || setDocument(opened), setError);
    // What another tab has written, or synced.
    const end = onWritten(() => void opening.then((opened) => opened.refresh()).catch(report));
    return () => {
      isOver = true;
      end();
      setDocument(undefined);
      opening.then((opened) => opened.close()).catch(report);
    };
  }, [id, open]);
  return { document, error };
}

/** Whoever deletes a row while others edit its document sees to it that they stop: see CardDialog. */
function report(error: unknown): void {
  if ((error as { code?: string }).code !== 'CRR_DATABASE_NO_ROW') console.error(error);
}
