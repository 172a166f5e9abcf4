/** Cells that come before their event, as parts of a row that is larger than a message do. */
import { eq } from 'drizzle-orm';
import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable } from '../../src/index.js';
import { EVENT } from '../../src/model/change.js';
import { exchange, openSite } from '../support/site.js';

const notes = crrTable(
  'notes',
  { id: text('id').primaryKey().notNull(), title: text('title'), body: text('body') },
  { history: true },
);

const open = () => openSite({ notes });
type Db = Awaited<ReturnType<typeof open>>;

/** Sends all cells of a site, and then its events. */
async function sendInParts(from: Db, to: Db) {
  const { changes } = await from.$crr.changes();
  const isEvent = ({ cid }: { readonly cid: string }) => cid === EVENT;
  await to.$crr.apply(changes.filter((change) => !isEvent(change)));
  await to.$crr.apply(changes.filter(isEvent));
}

const conflictsOf = async (db: Db) =>
  (await db.$crr.conflicts(notes)).flatMap((conflict) =>
    conflict.reason === 'concurrent'
      ? [[conflict.column, conflict.heads.map(({ event, value }) => `${event} ${value}`).sort()]]
      : [],
  );

test('an event takes over cells that came before it', async () => {
  const [a, b] = [await open(), await open()];
  await a.insert(notes).values({ id: 'n', title: 'one', body: 'long' });
  await a.update(notes).set({ title: 'two' }).where(eq(notes.id, 'n'));
  await sendInParts(a, b);
  const kinds = (await b.$crr.history(notes)).map(({ kind }) => kind);
  expect(kinds).toEqual(['update', 'insert']);
  expect(await b.$crr.conflicts(notes)).toEqual([]);
  expect((await b.$crr.verify()).findings).toEqual([]);
});

test('sites list the same conflicts, whether cells came before their events or with them', async () => {
  const [a, b, c] = [await open(), await open(), await open()];
  await a.insert(notes).values({ id: 'n', title: 'one', body: 'long' });
  await exchange(a, b);
  await exchange(a, c);
  await a.update(notes).set({ title: 'by a' }).where(eq(notes.id, 'n'));
  // Its version is lower than that of the last write of b.
  await b.update(notes).set({ title: 'by b', body: 'short' }).where(eq(notes.id, 'n'));
  await b.update(notes).set({ title: 'by b again' }).where(eq(notes.id, 'n'));
  await exchange(a, c);
  await sendInParts(b, c);
  await exchange(a, b);
  await exchange(a, c);
  const conflicts = await conflictsOf(a);
  expect(conflicts.map(([column]) => column)).toEqual(['title']);
  expect(await conflictsOf(b)).toEqual(conflicts);
  expect(await conflictsOf(c)).toEqual(conflicts);
  expect((await c.$crr.verify()).findings).toEqual([]);
});

test('a conflict is listed between equal versions, whether the cell without an event came first or last', async () => {
  const [a, b, c, d] = [await open(), await open(), await open(), await open()];
  await a.insert(notes).values({ id: 'n', title: 'by a' });
  await b.insert(notes).values({ id: 'n', title: 'by b' });
  const cells = (await b.$crr.changes({ events: false })).changes;
  await c.$crr.apply((await a.$crr.changes()).changes);
  await c.$crr.apply(cells);
  await d.$crr.apply(cells);
  await d.$crr.apply((await a.$crr.changes()).changes);
  const values = async (db: Db) =>
    (await db.$crr.conflicts(notes)).flatMap((conflict) =>
      conflict.reason === 'concurrent' && conflict.column === 'title'
        ? conflict.heads.map(({ value }) => value).sort()
        : [],
    );
  expect(await values(c)).toEqual(['by a', 'by b']);
  expect(await values(d)).toEqual(['by a', 'by b']);
});
