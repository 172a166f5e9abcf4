import { createClient } from '@libsql/client';
import { crrTable, withCrr } from 'drizzle-crr';
import { type LiveQuery, liveQuery } from 'drizzle-crr/live';
import { eq, relations, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { describe, expectTypeOf, test } from 'vitest';

const lists = crrTable('lists', { id: text('id').primaryKey().notNull() });
const todos = crrTable('todos', {
  id: text('id').primaryKey().notNull(),
  n: integer('n'),
  list: text('list'),
});
const schema = {
  lists,
  todos,
  listRelations: relations(lists, ({ many }) => ({ todos: many(todos) })),
  todoRelations: relations(todos, ({ one }) => ({
    of: one(lists, { fields: [todos.list], references: [lists.id] }),
  })),
};
const make = () => withCrr(drizzle(createClient({ url: ':memory:' }), { schema }), { schema });
declare const db: ReturnType<typeof make>;
type Todo = typeof todos.$inferSelect;

describe('liveQuery', () => {
  test('has the type of its query', () => {
    expectTypeOf(liveQuery(db, (db) => db.select().from(todos))).toEqualTypeOf<LiveQuery<Todo[]>>();
    expectTypeOf(
      liveQuery(db, (db) =>
        db
          .select({ id: todos.id, list: lists.id })
          .from(todos)
          .leftJoin(lists, eq(todos.list, lists.id)),
      ),
    ).toEqualTypeOf<LiveQuery<{ id: string; list: string | null }[]>>();
    expectTypeOf(
      liveQuery(db, (db) => db.query.lists.findMany({ with: { todos: true } })),
    ).toEqualTypeOf<LiveQuery<{ id: string; todos: Todo[] }[]>>();
    expectTypeOf(
      liveQuery(db, (db) => db.query.todos.findFirst({ columns: { n: true } })),
    ).toEqualTypeOf<LiveQuery<{ n: number | null } | undefined>>();
    expectTypeOf(liveQuery(db, (db) => db.$count(todos))).toEqualTypeOf<LiveQuery<number>>();
    expectTypeOf(liveQuery(db, () => sql<{ n: number }>`SELECT 1 AS n`)).toEqualTypeOf<
      LiveQuery<{ n: number }[]>
    >();
  });

  test('narrows by its status', () => {
    const snapshot = liveQuery(db, (db) => db.select().from(todos)).getSnapshot();
    if (snapshot.status === 'ready') expectTypeOf(snapshot.data).toEqualTypeOf<Todo[]>();
    if (snapshot.status === 'loading') expectTypeOf(snapshot.data).toBeUndefined();
    if (snapshot.status === 'failed')
      expectTypeOf(snapshot.data).toEqualTypeOf<Todo[] | undefined>();
  });

  test('rejects what is no query', () => {
    // @ts-expect-error contract: a text is not a query
    liveQuery(db, () => 'SELECT 1');
    // @ts-expect-error contract: rows are not a query
    liveQuery(db, () => [{ id: 'a' }]);
    // @ts-expect-error contract: the database is one of withCrr()
    liveQuery(drizzle(createClient({ url: ':memory:' })), (db) => db.select().from(todos));
  });
});
