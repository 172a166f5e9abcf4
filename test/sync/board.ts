/** Sites with a table that has every type of column, for tests of rights and filters. */
import { createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { text } from 'drizzle-orm/sqlite-core';
import { counter, crrTable, lww, mvr, withCrr } from '../../src/index.js';

export const cards = crrTable('cards', {
  id: text('id').primaryKey().notNull(),
  owner: text('owner'),
  title: text('title'),
  votes: counter('votes'),
  status: mvr(text('status')),
  edited: lww(text('edited'), { by: 'time' }),
});

const DDL =
  'CREATE TABLE cards (id TEXT PRIMARY KEY NOT NULL, owner TEXT, title TEXT, votes INTEGER NOT NULL DEFAULT 0, status TEXT, edited TEXT)';

export async function openBoard() {
  const client = createClient({ url: ':memory:' });
  await client.execute(DDL);
  const db = withCrr(drizzle(client), { schema: { cards } });
  await db.$crr.install();
  return { db, client, crr: db.$crr };
}

export type Board = Awaited<ReturnType<typeof openBoard>>;

export const cardsOf = ({ db }: Board) => db.select().from(cards).orderBy(cards.id);

export const card = (id: string, more: Partial<typeof cards.$inferInsert> = {}) => ({
  id,
  owner: 'ann',
  title: `title of ${id}`,
  ...more,
});
