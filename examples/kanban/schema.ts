import { counter, crrTable, fractIndex, lww, mvr } from 'drizzle-crr';
import { index, text } from 'drizzle-orm/sqlite-core';

export const cards = crrTable(
  'cards',
  {
    id: text('id').primaryKey().notNull(),
    list: text('list', { enum: ['todo', 'doing', 'done'] }).notNull(),
    /** The place of the card in its list. */
    position: fractIndex('position', { within: ['list'] }),
    /** The latest edit wins. */
    title: lww(text('title').notNull(), { by: 'time' }),
    /** All votes count. */
    votes: counter('votes'),
    /** Who works on it. If two people take a card at the same time, both are shown until one is chosen. */
    owner: mvr(text('owner')),
  },
  (t) => [index('cards_list_position').on(t.list, t.position)],
);
