import type { KeyboardEvent } from 'react';
import { type Card, STATUSES } from '../schema.js';
import { removeCard, setStatus, setTitle, vote } from './actions.js';
import { EditableText } from './editable-text.js';
import { CARD_TYPE } from './list-column.js';
import { PeopleAt } from './people.js';
import { usePlan } from './plan.js';

interface CardItemProps {
  readonly card: Card;
  /** The text of its description. */
  readonly description: string;
  readonly onOpen: (() => void) | undefined;
  readonly onMove: (by: { readonly x: number; readonly y: number }) => Promise<void>;
}

const ARROWS: Readonly<Record<string, { readonly x: number; readonly y: number }>> = {
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
};

export function CardItem({ card, description, onOpen, onMove }: CardItemProps) {
  const { isOpen: isPlanning, changed } = usePlan();
  const onKeyDown = (event: KeyboardEvent) => {
    const by = ARROWS[event.key];
    if (by === undefined || !event.altKey) return;
    event.preventDefault();
    const id = card.id;
    void onMove(by).then(() => {
      // In another list it is another element, and the focus was lost with the old one.
      setTimeout(() => {
        if (document.activeElement !== document.body) return;
        document.querySelector<HTMLElement>(`[data-card="${id}"]`)?.focus();
      }, 60);
    });
  };
  return (
    <li
      className="card"
      data-card={card.id}
      data-status={card.status ?? 'open'}
      data-planned={(isPlanning && changed.has(card.id)) || undefined}
      draggable
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is moved by the keyboard
      tabIndex={0}
      aria-label={`${card.title}, ${card.votes} votes. Alt and arrow keys move it.`}
      onDragStart={({ dataTransfer }) => dataTransfer.setData(CARD_TYPE, card.id)}
      onKeyDown={onKeyDown}
    >
      <PeopleAt card={card.id} />
      <EditableText
        text={card.title}
        label={`Title of the card ${card.title}`}
        onChange={(title) => setTitle(card.id, title)}
      />
      {(onOpen !== undefined || description.trim() !== '') && (
        <button
          type="button"
          className="description"
          aria-label={`Description of ${card.title}`}
          disabled={onOpen === undefined}
          onClick={onOpen}
        >
          {description.trim() === '' ? 'Add a description' : description}
        </button>
      )}
      <footer>
        <button
          type="button"
          className="vote"
          aria-label={`Vote for ${card.title}: ${card.votes}`}
          onClick={() => void vote(card.id)}
        >
          ▲ {card.votes}
        </button>
        <select
          aria-label={`Status of ${card.title}`}
          value={card.status ?? 'open'}
          onChange={({ target }) => void setStatus(card.id, target.value as Card['status'])}
        >
          {STATUSES.map((status) => (
            <option key={status}>{status}</option>
          ))}
        </select>
        <button
          type="button"
          className="icon"
          aria-label={`Delete ${card.title}`}
          onClick={() => void removeCard(card.id)}
        >
          ×
        </button>
      </footer>
    </li>
  );
}
