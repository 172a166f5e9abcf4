import { fractOrderBy } from 'drizzle-crr';
import { useLiveQuery } from 'drizzle-crr/react';
import { useEffect, useState } from 'react';
import { boards, cards, lists } from '../schema.js';
import { addList, ensureBoard } from './actions.js';
import { AddForm } from './add-form.js';
import { Announcer } from './announcer.js';
import { Conflicts } from './conflicts.js';
import { type Database, ready } from './database.js';
import { Inspector } from './inspector.js';
import { ListColumn } from './list-column.js';
import { Toolbar } from './toolbar.js';

export function App() {
  const [search, setSearch] = useState('');
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
  const wanted = search.trim().toLowerCase();
  const shown = all.filter(({ title }) => title.toLowerCase().includes(wanted));
  return (
    <>
      <Toolbar title={board.name} search={search} onSearch={setSearch} />
      <Conflicts cards={all} lists={columns} />
      <main className="board">
        {columns.map((list) => (
          <ListColumn
            key={list.id}
            list={list}
            all={columns}
            cards={shown.filter((card) => card.list === list.id)}
            isFiltered={wanted !== ''}
          />
        ))}
        <section className="column add-column">
          {columns.length === 0 && (
            <p className="hint">
              An empty board. Add a list, such as “To do”: it works without a network, too.
            </p>
          )}
          <AddForm label="Add a list" onAdd={(title) => addList(board.id, title)} />
        </section>
      </main>
      <Inspector />
      <Announcer />
    </>
  );
}
