import { collaborativeText, counter, crrTable, fractIndex, lww, mvr } from 'drizzle-crr';
import { yText, yXml } from 'drizzle-crr/yjs';
import { index, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

const id = () => text('id').primaryKey().notNull();

export const boards = crrTable('boards', {
  id: id(),
  name: text('name').notNull().unique(),
  /** Edited by all at once, as a plain text. */
  notes: collaborativeText('notes', yText()),
});

export const lists = crrTable(
  'lists',
  {
    id: id(),
    board: text('board_id')
      .notNull()
      .references(() => boards.id, { onDelete: 'cascade' }),
    /** Two lists of a board have different titles: if they are written apart, one gets a suffix. */
    title: text('title').notNull(),
    position: fractIndex('position', { within: ['board'] }),
  },
  (t) => [uniqueIndex('lists_title').on(t.board, t.title)],
  { history: true },
);

export const cards = crrTable(
  'cards',
  {
    id: id(),
    list: text('list_id')
      .notNull()
      .references(() => lists.id, { onDelete: 'cascade' }),
    /** The place of the card in its list. */
    position: fractIndex('position', { within: ['list'] }),
    /** The latest edit wins. */
    title: lww(text('title').notNull(), { by: 'time' }),
    /** All votes count. */
    votes: counter('votes'),
    /** If two people set it at the same time, both values are kept until somebody chooses. */
    status: mvr(text('status', { enum: ['open', 'blocked', 'review', 'done'] })),
  },
  (t) => [index('cards_list').on(t.list, t.position)],
  { history: true },
);

/**
 * What cards are about, edited by all at once, with headings and lists. A table of its own, because texts have no history; and no
 * reference, so that a card that is deleted and taken back has its description again.
 */
export const descriptions = crrTable('descriptions', {
  card: text('card_id').primaryKey().notNull(),
  body: collaborativeText('body', yXml()),
});

export type Card = typeof cards.$inferSelect;
export type List = typeof lists.$inferSelect;
export const STATUSES = cards.status.enumValues;
