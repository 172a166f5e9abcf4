/** Notes on two laptops that write while they are apart, and a third laptop that joins later. */
import { deepStrictEqual } from 'node:assert';
import { eq } from 'drizzle-orm';
import { notes } from './schema.js';
import { Laptop } from './site.js';

const ada = await Laptop.open('ada');
const ben = await Laptop.open('ben');

// Ada writes 250 notes in one transaction, which travels in one piece. Then she writes one more.
await ada.db.transaction(async (tx) => {
  for (let i = 1; i <= 250; i++) await tx.insert(notes).values({ id: `n${i}`, title: `note ${i}` });
});
await ada.db.insert(notes).values({ id: 'list', title: 'shopping', body: 'bread' });
console.log(
  `Ben fetches ${await ben.fetchFrom(ada)} changes; his screen: ${ben.screen.size} notes`,
);

// While they are apart, both edit the list, and Ben deletes a note that Ada edits.
await ada.db.update(notes).set({ body: 'bread, milk' }).where(eq(notes.id, 'list'));
await ben.db.update(notes).set({ title: 'shopping, today' }).where(eq(notes.id, 'list'));
await ben.db.update(notes).set({ body: 'bread, tea' }).where(eq(notes.id, 'list'));
await ada.db.update(notes).set({ body: 'long' }).where(eq(notes.id, 'n7'));
await ada.db.update(notes).set({ body: 'short' }).where(eq(notes.id, 'n8'));
await ben.db.delete(notes).where(eq(notes.id, 'n7'));

// Together again: only new changes travel, and only rows that changed are read again.
console.log(`Ada fetches ${await ada.fetchFrom(ben)} changes, Ben ${await ben.fetchFrom(ada)}`);
console.log('Both wrote the body once, so the greater value stays; the title is by Ben alone:');
console.log(' ', ada.screen.get('list'));

// A third laptop meets only Ben. It gets everything from him, including what others wrote.
const cleo = await Laptop.open('cleo');
await cleo.fetchFrom(ben);
await cleo.db.insert(notes).values({ title: 'hello from Cleo' });
await ben.fetchFrom(cleo);
await ada.fetchFrom(ben);

const all = (laptop: Laptop) => laptop.db.select().from(notes).orderBy(notes.id);
const rows = await all(ada);
deepStrictEqual(await all(ben), rows);
deepStrictEqual(await all(cleo), rows);
console.log(`All three hold the same ${rows.length} notes; n7 stayed deleted.`);
