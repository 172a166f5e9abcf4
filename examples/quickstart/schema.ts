import { crrTable } from 'drizzle-crr';
import { integer, text } from 'drizzle-orm/sqlite-core';

export const todos = crrTable('todos', {
  id: text('id').primaryKey().notNull(),
  title: text('title').notNull(),
  done: integer('done', { mode: 'boolean' }).notNull().default(false),
});
