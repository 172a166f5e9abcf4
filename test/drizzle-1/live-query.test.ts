/** Live queries as Drizzle 1.0 builds them: conditions of other chunks, or objects, and other relations. */
import { and, defineRelations, eq, inArray } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { text } from 'drizzle-orm/sqlite-core';
import { expect, test, vi } from 'vitest';
import { crrTable, withCrr } from '../../src/index.js';
import { liveQuery } from '../../src/live-queries/index.js';
import { follow, settled } from '../live-queries/follow.js';
import { memoryClient } from '../support/client.js';

const todos = crrTable('todos', { id: text('id').primaryKey().notNull(), title: text('title') });
const notes = crrTable('notes', { id: text('id').primaryKey().notNull(), todo: text('todo') });
const schema = { todos, notes };
const relations = defineRelations(schema, (r) => ({
  todos: { notes: r.many.notes({ from: r.todos.id, to: r.notes.todo }) },
}));

async function open() {
  const client = memoryClient();
  await client.execute('CREATE TABLE todos (id TEXT PRIMARY KEY NOT NULL, title TEXT)');
  await client.execute('CREATE TABLE notes (id TEXT PRIMARY KEY NOT NULL, todo TEXT)');
  const db = withCrr(drizzle({ client, relations }), { schema });
  await db.$crr.install();
  await db.insert(todos).values([{ id: 'a' }, { id: 'b' }]);
  const execute = vi.spyOn(client, 'execute');
  const runs = () =>
    execute.mock.calls.filter(([statement]) =>
      /^select/i.test((statement as unknown as { readonly sql: string }).sql),
    ).length;
  return { db, runs };
}
type Database = Awaited<ReturnType<typeof open>>['db'];

test.each<[string, (db: Database) => PromiseLike<unknown>]>([
  ['a select', (db) => db.select().from(todos).where(eq(todos.id, 'a'))],
  [
    'further conditions',
    (db) =>
      db
        .select()
        .from(todos)
        .where(and(eq(todos.id, 'a'), inArray(todos.id, ['a', 'b']))),
  ],
  ['a relational query', (db) => db.query.todos.findFirst({ where: { id: 'a' } })],
])('%s by primary key is run again if that row has changed', async (_, query) => {
  const { db, runs } = await open();
  const following = follow(liveQuery(db, query));
  await following.count(1);
  await db.update(todos).set({ title: 'other' }).where(eq(todos.id, 'b'));
  await settled(db);
  expect(runs()).toBe(1);
  await db.update(todos).set({ title: 'mine' }).where(eq(todos.id, 'a'));
  await following.count(2);
});

test('a relational query reads the tables of its relations', async () => {
  const { db } = await open();
  const query = liveQuery(db, (db) => db.query.todos.findMany({ with: { notes: true } }));
  const following = follow(query);
  await following.count(1);
  await db.insert(notes).values({ id: 'n', todo: 'a' });
  expect((await following.count(2)).data).toMatchObject([{ notes: [{ id: 'n' }] }, { notes: [] }]);
});

test('filters that are more than a value are run again for every row', async () => {
  const { db, runs } = await open();
  follow(liveQuery(db, (db) => db.query.todos.findMany({ where: { id: { ne: 'b' } } })));
  await settled(db);
  await db.update(todos).set({ title: 'new' }).where(eq(todos.id, 'b'));
  await settled(db);
  expect(runs()).toBe(2);
});
