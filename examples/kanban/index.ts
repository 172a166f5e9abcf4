/** A board on two laptops that are apart for a while, with ordered cards, votes and owners. */
import { deepStrictEqual } from 'node:assert';
import { createClient } from '@libsql/client';
import { fractOrder, fractOrderBy, increment, withCrr } from 'drizzle-crr';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { drawBoard } from './board.js';
import * as schema from './schema.js';
import { cards } from './schema.js';

const ada = await open('file:ada.db');
const ben = await open('file:ben.db');

// Ada fills the board. Each card goes to the end of its list, in one round trip.
const adasOrder = fractOrder(ada, cards, 'position');
for (const id of ['plan', 'build', 'paint']) {
  await adasOrder.insert({ id, list: 'todo', title: id }, 'last');
}
await exchange();
await show('Ada fills the board');

// While they are apart, both put a card after "plan", vote for "plan", and take "build".
const bensOrder = fractOrder(ben, cards, 'position');
await adasOrder.insert({ id: 'measure', list: 'todo', title: 'measure' }, { after: 'plan' });
await bensOrder.insert({ id: 'draw', list: 'todo', title: 'draw' }, { after: 'plan' });
await bensOrder.move('paint', 'first', { list: 'done' });
for (const [laptop, votes] of [
  [ada, 2],
  [ben, 3],
] as const) {
  const set = { votes: increment(cards.votes, votes) };
  await laptop.update(cards).set(set).where(eq(cards.id, 'plan'));
}
await ada.update(cards).set({ owner: 'Ada' }).where(eq(cards.id, 'build'));
await ben.update(cards).set({ owner: 'Ben' }).where(eq(cards.id, 'build'));

// Together again, they have one order, all votes, and an open question.
await exchange();
await show('Apart both put a card behind "plan", voted for it, and took "build"');

// They answer it, and put a card between the two that were put in the same place.
await ada.update(cards).set({ owner: 'Ada' }).where(eq(cards.id, 'build'));
await bensOrder.insert({ id: 'check', list: 'todo', title: 'check' }, { after: 'draw' });
await exchange();
await show('They talked: Ada builds, and "check" goes between the two new cards');
deepStrictEqual(await ada.$crr.conflicts(cards), []);
const [a, b] = await ada.$crr.contributions(cards, { id: 'plan' }, 'votes');
console.log(`Both boards are the same; plan has ${a!.value} + ${b!.value} votes.`);

async function open(url: string) {
  const db = withCrr(drizzle(createClient({ url }), { schema }), { schema });
  await migrate(db, { migrationsFolder: 'drizzle' });
  await db.$crr.install();
  return db;
}

async function exchange() {
  await ben.$crr.apply(await ada.$crr.changes());
  await ada.$crr.apply(await ben.$crr.changes());
}

function board(laptop: typeof ada) {
  return laptop
    .select()
    .from(cards)
    .orderBy(cards.list, ...fractOrderBy(cards, 'position'));
}

/** Shows the board, which is the same on both laptops, with its open questions. */
async function show(when: string) {
  const rows = await board(ada);
  deepStrictEqual(await board(ben), rows);
  const owners = new Map<unknown, string>();
  for (const conflict of await ada.$crr.conflicts(cards)) {
    if (conflict.reason !== 'register' || conflict.column !== 'owner') continue;
    const { key, values } = conflict;
    owners.set(key.id, values.map(({ value }) => value).join(' or '));
  }
  console.log(`${when}:\n`);
  console.log(drawBoard(rows.map((card) => ({ ...card, question: owners.get(card.id) }))));
}
