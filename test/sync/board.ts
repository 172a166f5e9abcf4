/** Sites with a table that has every type of column, for tests of rights and filters. */
import { text } from 'drizzle-orm/sqlite-core';
import { counter, crrTable, lww, mvr } from '../../src/index.js';
import { openSite } from '../support/site.js';

export const cards = crrTable('cards', {
  id: text('id').primaryKey().notNull(),
  owner: text('owner'),
  title: text('title'),
  votes: counter('votes'),
  status: mvr(text('status')),
  edited: lww(text('edited'), { by: 'time' }),
});

export async function openBoard() {
  const db = await openSite({ cards });
  return { db, client: db.$client, crr: db.$crr };
}

export type Board = Awaited<ReturnType<typeof openBoard>>;

export const cardsOf = ({ db }: Board) => db.select().from(cards).orderBy(cards.id);

export const card = (id: string, more: Partial<typeof cards.$inferInsert> = {}) => ({
  id,
  owner: 'ann',
  title: `title of ${id}`,
  ...more,
});
