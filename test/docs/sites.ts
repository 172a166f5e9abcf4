/** What the examples in docs/ may use beside the package: two databases, and a few CRRs. */
import type { Client } from '@libsql/client';
import { sql } from 'drizzle-orm';
import { check, customType, integer, text } from 'drizzle-orm/sqlite-core';
import {
  collaborativeText,
  counter,
  crrTable,
  fractIndex,
  greatest,
  least,
  lww,
  mvr,
} from '../../src/index.js';
import { yText } from '../../src/yjs/index.js';
import { exchange, openSite } from '../support/site.js';

export { exchange };

export const todos = crrTable('todos', {
  id: text('id').primaryKey().notNull(),
  title: text('title'),
  done: integer('done', { mode: 'boolean' }).notNull().default(false),
});

export const notes = crrTable('notes', {
  id: text('id').primaryKey().notNull(),
  title: text('title').notNull(),
  body: text('body'),
});

/** Rows that belong to somebody. */
export const tasks = crrTable('tasks', {
  id: text('id').primaryKey().notNull(),
  owner: text('owner'),
  title: text('title'),
  points: integer('points').notNull().default(0),
});

/** Keys that the database gives out. */
export const numbered = crrTable('numbered', {
  id: integer('id').primaryKey(),
  name: text('name'),
});

export const spans = crrTable(
  'spans',
  { id: text('id').primaryKey().notNull(), low: integer('low'), high: integer('high') },
  ({ low, high }) => [check('ordered', sql`${low} < ${high}`)],
);

/** A column without a type keeps the storage class of every value. */
export const untyped = crrTable('untyped', {
  id: text('id').primaryKey().notNull(),
  value: customType<{ data: unknown }>({ dataType: () => '' })('value'),
});

/** Columns that merge in every way there is. */
export const cards = crrTable('cards', {
  id: text('id').primaryKey().notNull(),
  list: text('list').notNull(),
  position: fractIndex('position', { within: ['list'] }),
  title: lww(text('title'), { by: 'time' }),
  votes: counter('votes'),
  owner: mvr(text('owner')),
});

/** Columns in which the value decides. */
export const readers = crrTable('readers', {
  id: text('id').primaryKey().notNull(),
  page: greatest(integer('page').notNull().default(0)),
  bestMs: least(integer('best_ms')),
});

/** Texts that several people edit. */
export const letters = crrTable('letters', {
  id: text('id').primaryKey().notNull(),
  body: collaborativeText('body', yText()),
});

/** Everything that was written to it is kept. */
export const articles = crrTable(
  'articles',
  { id: text('id').primaryKey().notNull(), title: text('title'), votes: counter('votes') },
  { history: true },
);

/** Rows that stay. */
export const messages = crrTable(
  'messages',
  { id: text('id').primaryKey().notNull(), body: text('body') },
  { rows: 'growOnly' },
);

/** Rows that need each other, and values that only one row may have. */
export const users = crrTable('users', {
  id: text('id').primaryKey().notNull(),
  handle: text('handle').notNull().unique(),
});
export const posts = crrTable('posts', {
  id: text('id').primaryKey().notNull(),
  author: text('author')
    .notNull()
    .references(() => users.id, { onDelete: 'cascade' }),
  title: text('title'),
});

export const schema = {
  ...{ todos, notes, tasks, numbered, spans, untyped, cards },
  ...{ readers, letters, articles, messages, users, posts },
};

const DDL = [
  'CREATE TABLE todos (id text PRIMARY KEY NOT NULL, title text, done integer DEFAULT false NOT NULL)',
  'CREATE TABLE notes (id text PRIMARY KEY NOT NULL, title text NOT NULL, body text)',
  'CREATE TABLE tasks (id text PRIMARY KEY NOT NULL, owner text, title text, points integer DEFAULT 0 NOT NULL)',
  'CREATE TABLE numbered (id integer PRIMARY KEY NOT NULL, name text)',
  'CREATE TABLE spans (id text PRIMARY KEY NOT NULL, low integer, high integer, CHECK (low < high))',
  'CREATE TABLE untyped (id text PRIMARY KEY NOT NULL, value)',
  'CREATE TABLE cards (id text PRIMARY KEY NOT NULL, list text NOT NULL, position text NOT NULL, title text, votes integer DEFAULT 0 NOT NULL, owner text)',
  'CREATE TABLE readers (id text PRIMARY KEY NOT NULL, page integer DEFAULT 0 NOT NULL, best_ms integer)',
  'CREATE TABLE letters (id text PRIMARY KEY NOT NULL, body text)',
  'CREATE TABLE articles (id text PRIMARY KEY NOT NULL, title text, votes integer DEFAULT 0 NOT NULL)',
  'CREATE TABLE messages (id text PRIMARY KEY NOT NULL, body text)',
  'CREATE TABLE users (id text PRIMARY KEY NOT NULL, handle text NOT NULL UNIQUE)',
  'CREATE TABLE posts (id text PRIMARY KEY NOT NULL, author text NOT NULL REFERENCES users (id) ON DELETE CASCADE, title text)',
];

export async function createTables(client: Client): Promise<void> {
  for (const statement of DDL) await client.execute(statement);
}

export type Database = Awaited<ReturnType<typeof openDatabase>>;

export const openDatabase = () => openSite(schema, undefined, { ddl: DDL });
