/** Relational queries as Drizzle 1.0 has them: defineRelations(), and conditions as objects. */
import { defineRelations } from 'drizzle-orm';
import { drizzle as drizzleBetter } from 'drizzle-orm/better-sqlite3';
import { drizzle as drizzleLibsql } from 'drizzle-orm/libsql';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { drizzle as drizzleProxy } from 'drizzle-orm/sqlite-proxy';
import Libsql from 'libsql';
import { expect, onTestFinished, test } from 'vitest';
import { crrTable, withCrr } from '../../src/index.js';
import { memoryClient } from '../support/client.js';

const todos = crrTable('todos', { id: text('id').primaryKey().notNull(), title: text('title') });
const notes = crrTable('notes', {
  id: integer('id').primaryKey(),
  todo: text('todo'),
  done: integer('done', { mode: 'boolean' }),
});
const schema = { todos, notes };
const relations = defineRelations(schema, (r) => ({
  todos: { notes: r.many.notes({ from: r.todos.id, to: r.notes.todo }) },
  notes: { owner: r.one.todos({ from: r.notes.todo, to: r.todos.id }) },
}));

const DDL = [
  'CREATE TABLE todos (id TEXT PRIMARY KEY NOT NULL, title TEXT)',
  'CREATE TABLE notes (id INTEGER PRIMARY KEY, todo TEXT, done INTEGER)',
];
const EXPECTED = {
  id: 'a',
  title: 'write',
  notes: [{ id: 1, todo: 'a', done: true }],
};
const QUERY = {
  where: { id: 'a' },
  with: { notes: { where: { done: true } } },
} as const;

/** Has the interface of better-sqlite3. */
function memoryDatabase(): Libsql.Database {
  const client = new Libsql(':memory:');
  onTestFinished(async () => void (await client.close()));
  return client;
}

test('libSQL: inside of a transaction and a batch too', async () => {
  const db = withCrr(drizzleLibsql({ client: memoryClient(), relations }), { schema });
  for (const sql of DDL) await db.run(sql);
  await db.$crr.install();
  await db.transaction(async (tx) => {
    await tx.insert(todos).values([{ id: 'a', title: 'write' }, { id: 'b' }]);
    await tx.insert(notes).values({ id: 1, todo: 'a', done: true });
    expect(await tx.query.todos.findFirst(QUERY)).toEqual(EXPECTED);
    await tx.transaction(async (nested) => {
      await nested.insert(notes).values({ id: 2, todo: 'a', done: false });
      const all = await nested.query.notes.findMany({ where: { owner: { title: 'write' } } });
      expect(all.map(({ id }) => id)).toEqual([1, 2]);
    });
  });
  expect(await db.query.todos.findFirst(QUERY)).toEqual(EXPECTED);
  const version = await db.$crr.version();
  const [, found] = await db.batch([
    db.insert(todos).values({ id: 'c' }),
    db.query.notes.findMany({ with: { owner: true }, where: { id: { lte: 1 } } }),
  ]);
  expect(found).toEqual([{ id: 1, todo: 'a', done: true, owner: { id: 'a', title: 'write' } }]);
  await db.batch([db.query.todos.findMany(), db.select().from(notes)]);
  // The reads alone took no db_version.
  expect(await db.$crr.version()).toBe(version + 1);
});

test('an engine that answers at once', async () => {
  const db = withCrr(drizzleBetter({ client: memoryDatabase() as never, relations }), { schema });
  for (const sql of DDL) db.run(sql);
  await db.$crr.install();
  db.transaction((tx) => {
    tx.insert(todos).values({ id: 'a', title: 'write' }).run();
    tx.insert(notes).values({ id: 1, todo: 'a', done: true }).run();
    expect(tx.query.todos.findFirst(QUERY).sync()).toEqual(EXPECTED);
  });
  expect(db.query.todos.findFirst(QUERY).sync()).toEqual(EXPECTED);
  expect(await db.$crr.version()).toBe(1);
});

test('a connection that everybody shares: a relational query waits for the transaction', async () => {
  const client = memoryDatabase();
  const all = async (sql: string, params: unknown[], rowMode: 'array' | 'object') => {
    const prepared = client.prepare(sql);
    if (!prepared.reader) {
      prepared.run(params);
      return [];
    }
    return rowMode === 'array' ? prepared.raw().all(params) : prepared.all(params);
  };
  const get = async (...args: Parameters<typeof all>) => (await all(...args))[0];
  const run = (sql: string, params: unknown[]) => all(sql, params, 'object');
  const db = withCrr(drizzleProxy({ all, get, run } as never, { relations }), { schema });
  for (const sql of DDL) await db.run(sql);
  await db.$crr.install();
  const query = db.query.todos.findMany({ with: { notes: true } });
  let seen: Promise<unknown> | undefined;
  const transaction = db.transaction(async (tx) => {
    await tx.insert(todos).values({ id: 'a', title: 'write' });
    // Not awaited here: it runs after the transaction, which is taken back.
    seen = query.then((rows) => rows);
    await tx.insert(notes).values({ id: 1, todo: 'a', done: true });
    throw new Error('taken back');
  });
  await expect(transaction).rejects.toThrow('taken back');
  expect(await seen).toEqual([]);
});
