import { eq } from 'drizzle-orm';
import { open } from './database.js';
import { todos } from './schema.js';

const laptop = await open('file:laptop.db');
const phone = await open('file:phone.db');

// Write with ordinary Drizzle, then send everything to the phone.
await laptop.insert(todos).values({ id: 'a', title: 'write' });
const first = await laptop.$crr.changes();
await phone.$crr.apply(first);

// While they are apart, both edit the same row, in different columns.
await laptop.update(todos).set({ done: true }).where(eq(todos.id, 'a'));
await phone.update(todos).set({ title: 'write it down' }).where(eq(todos.id, 'a'));

// They exchange their new changes. apply() returns the rows to refresh.
await phone.$crr.apply(await laptop.$crr.changes({ since: first.cursor }));
const { updated } = await laptop.$crr.apply(await phone.$crr.changes());

console.log('refresh on the laptop:', updated);
console.log('laptop:', await laptop.select().from(todos));
console.log('phone: ', await phone.select().from(todos));
