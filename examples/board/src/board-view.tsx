import type { ReactNode } from 'react';
import type { Card, List } from '../schema.js';
import { usePast } from './history.js';
import { ListColumn } from './list-column.js';

interface BoardViewProps {
  readonly lists: readonly List[];
  readonly cards: readonly Card[];
  readonly search: string;
  /** The texts of descriptions, by card. */
  readonly descriptions?: ReadonlyMap<string, string>;
  readonly onOpen?: (card: string) => void;
  /** The board is of the past: it is looked at, not changed. */
  readonly isPast?: boolean;
  readonly children?: ReactNode;
}

const NOTHING: ReadonlyMap<string, string> = new Map();

/** The lists with their cards. */
export function BoardView(props: BoardViewProps) {
  const { lists, cards, search, isPast = false, children } = props;
  const { descriptions = NOTHING, onOpen } = props;
  const wanted = search.trim().toLowerCase();
  const shown = cards.filter(({ id, title }) =>
    `${title}\n${descriptions.get(id) ?? ''}`.toLowerCase().includes(wanted),
  );
  return (
    <main className={`board${isPast ? ' past' : ''}`} inert={isPast}>
      {lists.map((list) => (
        <ListColumn
          key={list.id}
          list={list}
          all={lists}
          cards={shown.filter((card) => card.list === list.id)}
          isFiltered={wanted !== ''}
          descriptions={descriptions}
          onOpen={onOpen}
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
