import { useConflicts } from 'drizzle-crr/react';
import { type Card, cards as cardTable, type List, lists as listTable } from '../schema.js';
import { renameList, setStatus } from './actions.js';
import { EditableText } from './editable-text.js';

interface ConflictsProps {
  readonly cards: readonly Card[];
  readonly lists: readonly List[];
}

/** What people have to decide: statuses that were set at the same time, and titles that two lists have. */
export function Conflicts({ cards, lists }: ConflictsProps) {
  const { data: ofCards = [] } = useConflicts(cardTable);
  const { data: ofLists = [] } = useConflicts(listTable);
  const statuses = ofCards.flatMap((conflict) => {
    if (conflict.reason !== 'register' || conflict.column !== 'status') return [];
    const card = cards.find(({ id }) => id === conflict.key.id);
    return card === undefined ? [] : [{ card, values: conflict.values.map(({ value }) => value) }];
  });
  const titles = ofLists.flatMap((conflict) => {
    const list = lists.find(({ id }) => id === conflict.key.id);
    return conflict.reason === 'unique' && list ? [{ list, wanted: conflict.row.title }] : [];
  });
  if (statuses.length + titles.length === 0) return null;
  return (
    <aside className="conflicts" aria-label="To decide">
      <h2>To decide</h2>
      <ul>
        {statuses.map(({ card, values }) => (
          <li key={card.id}>
            <span>
              <b>{card.title}</b> was set to {values.join(' and to ')} at the same time. It is
            </span>
            {values.map((value) => (
              <button key={value} type="button" onClick={() => void setStatus(card.id, value)}>
                {value}
              </button>
            ))}
          </li>
        ))}
        {titles.map(({ list, wanted }) => (
          <li key={list.id}>
            <span>
              Two lists were called <b>{wanted}</b>. This one is shown as
            </span>
            <EditableText
              text={list.title}
              label="New title of the list"
              onChange={(title) => renameList(list.id, title)}
            />
          </li>
        ))}
      </ul>
    </aside>
  );
}
