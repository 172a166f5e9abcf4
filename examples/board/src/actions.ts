import { fractOrder, increment } from 'drizzle-crr';
import { eq } from 'drizzle-orm';
import { boards, type Card, cards, lists } from '../schema.js';
import { db } from './database.js';
import { type Writer, write } from './plan.js';

const cardOrder = (writer: Writer) => fractOrder(writer, cards, 'position');
const listOrder = (writer: Writer) => fractOrder(writer, lists, 'position');

/** The first board of all devices has the same key, so that there is one. */
export async function ensureBoard(): Promise<void> {
  if ((await db.select().from(boards).limit(1)).length > 0) return;
  await db.insert(boards).values({ id: 'first', name: 'Our board' }).onConflictDoNothing();
}

export const addList = (board: string, title: string) =>
  write((to) => listOrder(to).insert({ id: crypto.randomUUID(), board, title }, 'last'));

export const addCard = (list: string, title: string) =>
  write((to) => cardOrder(to).insert({ id: crypto.randomUUID(), list, title }, 'last'));

/** @param before the card in whose place it goes; undefined for the end of the list. */
export const moveCard = (card: string, list: string, before: string | undefined) =>
  write((to) => cardOrder(to).move(card, before === undefined ? 'last' : { before }, { list }));

// Drizzle's queries run when they are awaited.

const set = (card: string, values: Partial<Card>): Promise<void> =>
  write(async (to) => {
    await to.update(cards).set(values).where(eq(cards.id, card));
  });

export const setTitle = (card: string, title: string) => set(card, { title });
export const setStatus = (card: string, status: Card['status']) => set(card, { status });

export const vote = (card: string): Promise<void> =>
  write(async (to) => {
    await to
      .update(cards)
      .set({ votes: increment(cards.votes) })
      .where(eq(cards.id, card));
  });

export const removeCard = (card: string): Promise<void> =>
  write(async (to) => {
    await to.delete(cards).where(eq(cards.id, card));
  });

export const removeList = (list: string): Promise<void> =>
  write(async (to) => {
    await to.delete(lists).where(eq(lists.id, list));
  });

export const renameList = (list: string, title: string): Promise<void> =>
  write(async (to) => {
    await to.update(lists).set({ title }).where(eq(lists.id, list));
  });
