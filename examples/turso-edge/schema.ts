import { crrTable } from 'drizzle-crr';
import { integer, text } from 'drizzle-orm/sqlite-core';

export const todos = crrTable('todos', {
  id: text('id').primaryKey().notNull(),
  owner: text('owner').notNull(),
  title: text('title'),
  done: integer('done', { mode: 'boolean' }).notNull().default(false),
});

/** The statement that drizzle-kit would write into the first migration. */
export const TODOS_DDL =
  'CREATE TABLE IF NOT EXISTS todos (id TEXT PRIMARY KEY NOT NULL, owner TEXT NOT NULL, title TEXT, done INTEGER NOT NULL DEFAULT 0)';
