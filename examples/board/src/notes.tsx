import { lazy, Suspense, useState } from 'react';

const PlainEditor = lazy(() => import('./plain-editor.js'));

/** The notes of the board: a plain text that all edit at once. */
export function Notes({ board }: { readonly board: string }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details
      className="notes"
      open={isOpen}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>Notes</summary>
      {isOpen && (
        <Suspense fallback={<p className="hint">Loading the editor…</p>}>
          <PlainEditor board={board} />
        </Suspense>
      )}
    </details>
  );
}
