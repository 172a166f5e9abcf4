import { fractOrderBy } from 'drizzle-crr';
import { useLiveQuery } from 'drizzle-crr/react';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { boards, cards, descriptions, lists } from '../schema.js';
import { addList, ensureBoard } from './actions.js';
import { AddForm } from './add-form.js';
import { Announcer } from './announcer.js';
import { BoardView, PastBoard } from './board-view.js';
import { CardDialog } from './card-dialog.js';
import { Conflicts } from './conflicts.js';
import { type Database, ready } from './database.js';
import { Inspector } from './inspector.js';
import { Notes } from './notes.js';
import { planned, usePlan } from './plan.js';
import { PlanBar } from './plan-bar.js';
import { TimeTravel } from './time-travel.js';
import { Toolbar } from './toolbar.js';

export function App() {
  const [search, setSearch] = useState('');
  const [past, setPast] = useState<number>();
  const [open, setOpen] = useState<string>();
  const plan = usePlan();
  const close = useCallback(() => setOpen(undefined), []);
  const [failure, setFailure] = useState<string>();
  const { data: [board] = [] } = useLiveQuery((db: Database) =>
    db.select().from(boards).orderBy(boards.id).limit(1),
  );
  const { data: columns } = useLiveQuery((db: Database) =>
    db
      .select()
      .from(lists)
      .orderBy(...fractOrderBy(lists, 'position')),
  );
  const { data: all } = useLiveQuery((db: Database) =>
    db
      .select()
      .from(cards)
      .orderBy(...fractOrderBy(cards, 'position')),
  );
  const { data: described } = useLiveQuery((db: Database) => db.select().from(descriptions));
  const texts = useMemo(
    () => new Map(described?.map(({ card, body }) => [card, body ?? ''])),
    [described],
  );

  useEffect(() => {
    ready.then(ensureBoard).catch((error: Error) => setFailure(error.message));
  }, []);

  if (failure !== undefined) {
    return (
      <main className="failure" role="alert">
        <h1>The board cannot be opened</h1>
        <p>{failure}</p>
      </main>
    );
  }
  if (board === undefined || columns === undefined || all === undefined) {
    return <main className="loading" aria-busy="true" aria-label="Opening the board" />;
  }
  const [shownLists, shownCards] = [planned('lists', columns, plan), planned('cards', all, plan)];
  return (
    <>
      <Toolbar title={board.name} search={search} onSearch={setSearch} />
      {plan.isOpen ? (
        <PlanBar lists={shownLists} cards={shownCards} />
      ) : (
        <>
          <Conflicts cards={all} lists={columns} />
          <TimeTravel version={past} onChange={setPast} />
        </>
      )}
      {past === undefined || plan.isOpen ? (
        <BoardView
          lists={shownLists}
          cards={shownCards}
          search={search}
          descriptions={texts}
          // Descriptions are written by all at once, not planned.
          {...(!plan.isOpen && { onOpen: setOpen })}
        >
          <section className="column add-column">
            {columns.length === 0 && (
              <p className="hint">
                An empty board. Add a list, such as “To do”: it works without a network, too.
              </p>
            )}
            <AddForm label="Add a list" onAdd={(title) => addList(board.id, title)} />
          </section>
        </BoardView>
      ) : (
        <PastBoard version={past} search={search} />
      )}
      {open !== undefined && (
        <CardDialog key={open} card={all.find(({ id }) => id === open)} onClose={close} />
      )}
      <Notes board={board.id} />
      <Inspector />
      <Announcer />
    </>
  );
}
