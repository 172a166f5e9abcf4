import { type DragEvent, useState } from 'react';
import type { Card, List } from '../schema.js';
import { addCard, moveCard, removeList, renameList } from './actions.js';
import { AddForm } from './add-form.js';
import { announce } from './announcer.js';
import { CardItem } from './card-item.js';
import { EditableText } from './editable-text.js';

interface ListColumnProps {
  readonly list: List;
  readonly all: readonly List[];
  readonly cards: readonly Card[];
  /** Only the cards that match the search are shown. */
  readonly isFiltered: boolean;
  /** The texts of descriptions, by card. */
  readonly descriptions: ReadonlyMap<string, string>;
  /** Undefined: descriptions cannot be opened now. */
  readonly onOpen: ((card: string) => void) | undefined;
}

export const CARD_TYPE = 'application/x-card';

export function ListColumn(props: ListColumnProps) {
  const { list, all, cards, isFiltered, descriptions, onOpen } = props;
  const [isTarget, setTarget] = useState(false);
  const onDragOver = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes(CARD_TYPE)) return;
    event.preventDefault();
    setTarget(true);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setTarget(false);
    const card = event.dataTransfer.getData(CARD_TYPE);
    const over = (event.target as Element).closest('[data-card]')?.getAttribute('data-card');
    if (card === '' || card === over) return;
    void moveCard(card, list.id, over ?? undefined);
  };
  /** Moves by the keyboard: within the list, or to the next one. */
  const onMove = async (index: number, { x, y }: { readonly x: number; readonly y: number }) => {
    const card = cards[index]!;
    if (x !== 0) {
      const target = all[all.findIndex(({ id }) => id === list.id) + x];
      if (target === undefined) return;
      await moveCard(card.id, target.id, undefined);
      announce(`${card.title} moved to ${target.title}`);
      return;
    }
    const before = y < 0 ? cards[index - 1] : cards[index + 2];
    if (y < 0 ? before === undefined : index === cards.length - 1) return;
    await moveCard(card.id, list.id, before?.id);
    announce(`${card.title} is number ${index + y + 1} of ${cards.length}`);
  };
  return (
    <section
      className={`column${isTarget ? ' target' : ''}`}
      aria-label={list.title}
      onDragOver={onDragOver}
      onDragLeave={() => setTarget(false)}
      onDrop={onDrop}
    >
      <header>
        <h2>
          <EditableText
            text={list.title}
            label={`Title of the list ${list.title}`}
            onChange={(title) => renameList(list.id, title)}
          />
        </h2>
        <span className="count" title={`${cards.length} cards`}>
          {cards.length}
        </span>
        <button
          type="button"
          className="icon"
          aria-label={`Delete the list ${list.title} with its cards`}
          onClick={() => void removeList(list.id)}
        >
          ×
        </button>
      </header>
      <ol className="cards">
        {cards.map((card, i) => (
          <CardItem
            key={card.id}
            card={card}
            description={descriptions.get(card.id) ?? ''}
            onOpen={onOpen && (() => onOpen(card.id))}
            onMove={(by) => onMove(i, by)}
          />
        ))}
      </ol>
      {cards.length === 0 && (
        <p className="hint">{isFiltered ? 'No card matches.' : 'No cards yet.'}</p>
      )}
      <AddForm label={`Add a card to ${list.title}`} onAdd={(title) => addCard(list.id, title)} />
    </section>
  );
}
