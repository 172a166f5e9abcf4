/** A program of somebody who installed the package: compiled against dist/ with each TypeScript and each line of Drizzle. */
import { createClient } from '@libsql/client';
import {
  type ApplyResult,
  asCrr,
  type ChangePage,
  collaborativeText,
  counter,
  crrTable,
  fractIndex,
  increment,
  lww,
  mvr,
  withCrr,
} from 'drizzle-crr';
import { type MigrationBundle, openSharedDatabase, shareSync } from 'drizzle-crr/browser';
import { liveQuery } from 'drizzle-crr/live';
import { loroText } from 'drizzle-crr/loro';
import { CrrProvider, useLiveQuery } from 'drizzle-crr/react';
import { createSync, createSyncHandler } from 'drizzle-crr/sync';
import { createTestNetwork } from 'drizzle-crr/testing';
import { yText, yXml } from 'drizzle-crr/yjs';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { drizzle as proxy } from 'drizzle-orm/sqlite-proxy';

const todos = crrTable('todos', {
  id: text('id').primaryKey().notNull(),
  title: lww(text('title').notNull()),
  tags: mvr(text('tags')),
  done: integer('done', { mode: 'boolean' }).notNull().default(false),
  likes: counter('likes'),
  body: collaborativeText('body', yText()),
  page: collaborativeText('page', yXml()),
  diary: collaborativeText('diary', loroText()),
  position: fractIndex('position', { within: ['done'] }),
});
const notes = asCrr(sqliteTable('notes', { id: text('id').primaryKey().notNull() }));
const db = withCrr(drizzle({ client: createClient({ url: ':memory:' }) }), {
  schema: { todos, notes },
});

export function Titles(): string {
  const rows = useLiveQuery((given: typeof db) => given.select().from(todos), { suspense: true });
  return rows.map(({ title }) => title).join();
}
CrrProvider({ db });

export async function use(): Promise<ApplyResult> {
  await db.insert(todos).values({ id: 'a', title: 'x', position: 'a0' });
  await db.transaction(async (tx) => {
    await tx
      .update(todos)
      .set({ likes: increment(todos.likes) })
      .where(eq(todos.id, 'a'));
  });
  // @ts-expect-error contract: title is required
  await db.insert(todos).values({ id: 'b', position: 'a0' });
  const [row] = await db.select().from(todos);
  const likes: number | undefined = row?.likes;
  // @ts-expect-error contract: a boolean column
  const done: string | undefined = row?.done;
  const page: ChangePage = await db.$crr.changes({ tables: [todos] });
  createSyncHandler({
    db,
    authorize: () => ({ tables: { todos: { where: eq(todos.done, true) } } }),
  });
  const titles = liveQuery(db, (db) => db.select({ title: todos.title }).from(todos));
  const title: string | undefined = titles.getSnapshot().data?.[0]?.title;
  const net = createTestNetwork({ seed: 1 });
  const client = net.client(db, net.server(db));
  await client.db.select().from(todos);
  await createSync({ db, url: `http://127.0.0.1/${likes}${done}${title}` }).sync();
  return db.$crr.apply(page);
}

declare const migrations: MigrationBundle;
declare const worker: { postMessage(message: unknown): void; terminate(): void; onerror: null };

export async function inBrowser(): Promise<readonly (typeof todos.$inferSelect)[]> {
  const shared = openSharedDatabase({ name: 'todos', worker: () => worker, migrations });
  const local = withCrr(proxy(shared.client), { schema: { todos, notes } });
  shareSync(shared, createSync({ db: local, url: '/sync' })).start();
  return local.select().from(todos);
}
