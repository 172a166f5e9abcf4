import type { ReactNode } from 'react';
import type { Card, List } from '../schema.js';
import { usePast } from './history.js';
import { ListColumn } from './list-column.js';

interface BoardViewProps {
  readonly lists: readonly List[];
  readonly cards: readonly Card[];
  readonly search: string;
  /** The board is of the past: it is looked at, not changed. */
  readonly isPast?: boolean;
  readonly children?: ReactNode;
}

/** The lists with their cards. */
export function BoardView({ lists, cards, search, isPast = false, children }: BoardViewProps) {
  const wanted = search.trim().toLowerCase();
  const shown = cards.filter(({ title }) => title.toLowerCase().includes(wanted));
  return (
    <main className={`board${isPast ? ' past' : ''}`} inert={isPast}>
      {lists.map((list) => (
        <ListColumn
          key={list.id}
          list={list}
          all={lists}
          cards={shown.filter((card) => card.list === list.id)}
          isFiltered={wanted !== ''}
        />
      ))}
      {children}
    </main>
  );
}

interface PastBoardProps {
  readonly version: number;
  readonly search: string;
}

/** The board as it was. */
export function PastBoard({ version, search }: PastBoardProps) {
  const { lists, cards } = usePast(version);
  if (lists === undefined || cards === undefined) return <main className="board past" aria-busy />;
  return <BoardView lists={lists} cards={cards} search={search} isPast />;
}
