import { fractOrder, increment } from 'drizzle-crr';
import { eq } from 'drizzle-orm';
import { boards, type Card, cards, lists } from '../schema.js';
import { db } from './database.js';

const cardOrder = fractOrder(db, cards, 'position');
const listOrder = fractOrder(db, lists, 'position');

/** The first board of all devices has the same key, so that there is one. */
export async function ensureBoard(): Promise<void> {
  if ((await db.select().from(boards).limit(1)).length > 0) return;
  await db.insert(boards).values({ id: 'first', name: 'Our board' }).onConflictDoNothing();
}

export const addList = (board: string, title: string) =>
  listOrder.insert({ id: crypto.randomUUID(), board, title }, 'last');

export const addCard = (list: string, title: string) =>
  cardOrder.insert({ id: crypto.randomUUID(), list, title }, 'last');

/** @param before the card in whose place it goes; undefined for the end of the list. */
export const moveCard = (card: string, list: string, before: string | undefined) =>
  cardOrder.move(card, before === undefined ? 'last' : { before }, { list });

// Drizzle's queries run when they are awaited.

async function set(card: string, values: Partial<Card>): Promise<void> {
  await db.update(cards).set(values).where(eq(cards.id, card));
}

export const setTitle = (card: string, title: string) => set(card, { title });
export const setStatus = (card: string, status: Card['status']) => set(card, { status });

export async function vote(card: string): Promise<void> {
  const votes = increment(cards.votes);
  await db.update(cards).set({ votes }).where(eq(cards.id, card));
}

export async function removeCard(card: string): Promise<void> {
  await db.delete(cards).where(eq(cards.id, card));
}

export async function removeList(list: string): Promise<void> {
  await db.delete(lists).where(eq(lists.id, list));
}

export async function renameList(list: string, title: string): Promise<void> {
  await db.update(lists).set({ title }).where(eq(lists.id, list));
}
