import { lazy, Suspense, useEffect, useRef, useSyncExternalStore } from 'react';
import type { Card } from '../schema.js';
import { setTitle } from './actions.js';
import { announce } from './announcer.js';
import { offline } from './database.js';
import { EditableText } from './editable-text.js';
import { PeopleAt } from './people.js';

/** The editor is as large as the rest of the page, so it is loaded with the first card that is opened. */
const RichEditor = lazy(() => import('./rich-editor.js'));

interface CardDialogProps {
  /** Undefined if it was deleted meanwhile. */
  readonly card: Card | undefined;
  readonly onClose: () => void;
}

/** A card with its description, which all who have it open edit at once. */
export function CardDialog({ card, onClose }: CardDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOffline = useSyncExternalStore(offline.subscribe, () => offline.isOn);
  useEffect(() => dialog.current?.showModal(), []);
  useEffect(() => {
    if (card !== undefined) return;
    announce('The card was deleted');
    onClose();
  }, [card, onClose]);
  if (card === undefined) return null;
  return (
    <dialog
      ref={dialog}
      className="card-dialog"
      aria-label={card.title}
      data-card={card.id}
      onClose={onClose}
      // The editor keeps the key from the dialog.
      onKeyDown={({ key }) => key === 'Escape' && dialog.current?.close()}
      // A click beside the dialog is one on its backdrop, which belongs to it.
      onMouseDown={({ target }) => target === dialog.current && dialog.current?.close()}
    >
      <div className="content">
        <header>
          <h2>
            <EditableText
              text={card.title}
              label="Title of the card"
              onChange={(title) => setTitle(card.id, title)}
            />
          </h2>
          <PeopleAt card={card.id} />
          <button
            type="button"
            className="icon"
            aria-label="Close"
            onClick={() => dialog.current?.close()}
          >
            ×
          </button>
        </header>
        <Suspense fallback={<p className="hint">Loading the editor…</p>}>
          <RichEditor card={card.id} />
        </Suspense>
        {isOffline && (
          <p className="hint" role="status">
            Offline: others see what you write when you are back.
          </p>
        )}
      </div>
    </dialog>
  );
}
