/** A page for browser.test.ts: a list that React keeps up to date, on SQLite in WebAssembly. */
import initSqliteWasm from '@sqlite.org/sqlite-wasm';
import { text } from 'drizzle-orm/sqlite-core';
import { drizzle } from 'drizzle-orm/sqlite-proxy';
import { createElement, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { crrTable, withCrr } from '../../src/index.js';
import { CrrProvider, useConflicts, useLiveQuery, useSync } from '../../src/react/index.js';
import { createSync, createSyncHandler } from '../../src/sync/index.js';
import { proxyFunctions } from '../engines/proxy-functions.js';

const todos = crrTable('todos', {
  id: text('id').primaryKey().notNull(),
  title: text('title').unique(),
});
const schema = { todos };

async function open() {
  const { oo1 } = await initSqliteWasm();
  const client = new oo1.DB(':memory:');
  client.exec('CREATE TABLE todos (id TEXT PRIMARY KEY NOT NULL, title TEXT)');
  client.exec('CREATE UNIQUE INDEX todos_title_unique ON todos (title)');
  const run = proxyFunctions(
    (sql, params, rowMode) =>
      client.exec({ sql, bind: params, rowMode, returnValue: 'resultRows' } as never) as never,
  );
  const db = withCrr(drizzle(run as never), { schema });
  await db.$crr.install();
  return db;
}
type Database = Awaited<ReturnType<typeof open>>;

const [db, server] = [await open(), await open()];
const sync = createSync({ db, fetch: createSyncHandler({ db: server, public: true }) });

function List() {
  const rows = useLiveQuery((db: Database) => db.select().from(todos).orderBy(todos.id), {
    suspense: true,
  });
  const { data: conflicts } = useConflicts(todos);
  const { phase, unsent } = useSync();
  const text = {
    titles: rows.map(({ title }) => title),
    conflicts: conflicts?.length,
    phase,
    unsent: unsent?.length,
  };
  return createElement('output', {}, JSON.stringify(text));
}

type Page = { readonly document: { getElementById(id: string): never; readonly body: never } };
const { document } = globalThis as unknown as Page;
createRoot(document.body).render(
  createElement(
    StrictMode,
    {},
    createElement(
      CrrProvider,
      { db, sync },
      createElement(Suspense, { fallback: 'loading' }, createElement(List)),
    ),
  ),
);

/** What the test does to the page. */
Object.assign(globalThis, {
  add: (id: string, title: string) => db.insert(todos).values({ id, title }),
  addAtServer: (id: string, title: string) => server.insert(todos).values({ id, title }),
  start: () => sync.start(),
});
