import { counter, crrTable, fractIndex, lww, mvr } from 'drizzle-crr';
import { index, text } from 'drizzle-orm/sqlite-core';

export const cards = crrTable(
  'cards',
  {
    id: text('id').primaryKey().notNull(),
    list: text('list', { enum: ['todo', 'doing', 'done'] }).notNull(),
    /** Where the card stands in its list. */
    position: fractIndex('position', { within: ['list'] }),
    /** The last edit by the clock stands. */
    title: lww(text('title').notNull(), { by: 'time' }),
    /** All votes count. */
    votes: counter('votes'),
    /** Who works on it: if two take a card at once, both are shown until they have talked. */
    owner: mvr(text('owner')),
  },
  (t) => [index('cards_list_position').on(t.list, t.position)],
);
