/** What people get wrong with history and drafts, and what they are told. */
import { eq, sql } from 'drizzle-orm';
import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { counter, crrTable } from '../../src/index.js';
import { exchange, openSite } from '../support/site.js';

const notes = crrTable(
  'notes',
  { id: text('id').primaryKey().notNull(), title: text('title'), votes: counter('votes') },
  { history: true },
);
const open = () => openSite({ notes });
const option = (message: string) => ({
  code: 'CRR_USAGE_OPTION',
  message: expect.stringContaining(message),
});
const wrong = undefined as never;

test('times that are no dates', async () => {
  const db = await open();
  for (const from of ['2026-05-01', new Date('x')] as never[]) {
    await expect(db.$crr.history(notes, undefined, { from })).rejects.toMatchObject(
      option('history(): from must be a valid Date'),
    );
    expect(() => db.$crr.asOf(notes, { time: from })).toThrow('asOf(): time must be a valid Date');
  }
});

test('a moment that is none, or two', async () => {
  const { $crr } = await open();
  expect(() => $crr.asOf(notes, wrong)).toThrow('version, time, event');
  for (const moment of [{}, { version: 1, time: new Date() }] as never[]) {
    expect(() => $crr.asOf(notes, moment)).toThrow('one of { version }, { time } and { event }');
  }
});

test('what is to be reverted, and rows without a key', async () => {
  const { $crr } = await open();
  await expect($crr.revert(notes, wrong)).rejects.toMatchObject(option('event, siteId, version'));
  await expect($crr.revert(notes, { siteId: 'a', version: 1 } as never)).rejects.toMatchObject(
    option('siteId must be a site id of 16 bytes'),
  );
  for (const key of [undefined, 'a', null] as never[]) {
    await expect($crr.forks(notes, key)).rejects.toMatchObject(
      option('the key of a row of "notes" must be an object with its key columns: { id }'),
    );
  }
  await expect($crr.undo(5 as never)).rejects.toMatchObject(option('undo() takes an object'));
});

test('what history() lists can be reverted as it is', async () => {
  const db = await open();
  await db.insert(notes).values({ id: 'a', title: 'one' });
  await db.update(notes).set({ title: 'two' });
  const [latest] = await db.$crr.history(notes);
  await db.$crr.revert(notes, latest!);
  expect(await db.select().from(notes)).toMatchObject([{ title: 'one' }]);
});

test('the name of a table in place of the table', async () => {
  const { $crr } = await open();
  const message = 'the table is a Drizzle table of this schema, such as notes, and not its name';
  await expect($crr.history('notes' as never)).rejects.toMatchObject(option(message));
  await expect($crr.conflicts('notes' as never)).rejects.toMatchObject(option(message));
});

test('a transaction without a note is one', async () => {
  const db = await open();
  await db.$crr.transaction((tx) => tx.insert(notes).values({ id: 'a' }));
  expect(await db.select().from(notes)).toHaveLength(1);
  await expect(db.$crr.transaction({ author: 'ann' }, wrong)).rejects.toMatchObject(
    option('transaction() takes a function'),
  );
  await expect(db.$crr.transaction(wrong)).rejects.toMatchObject(option('takes a function'));
  const draft = await db.$crr.draft('d');
  await expect(draft.transaction(wrong)).rejects.toMatchObject(option('takes a function'));
});

test('the review of another draft', async () => {
  const db = await open();
  await db.insert(notes).values({ id: 'a', title: 'one' });
  const [one, two] = [await db.$crr.draft('one'), await db.$crr.draft('two')];
  for (const draft of [one, two]) {
    await draft.transaction((tx) => tx.update(notes).set({ title: draft.name }));
  }
  // Both have the same revision, so that nothing else tells them apart.
  await expect(two.merge({ review: await one.review() })).rejects.toMatchObject(
    option('the review is of draft "one", and this is draft "two"'),
  );
  expect(await db.select().from(notes)).toMatchObject([{ title: 'one' }]);
  await two.merge({ review: { token: (await two.review()).token } });
  expect(await db.select().from(notes)).toMatchObject([{ title: 'two' }]);
});

test('a moment that was pruned is an error of a few words, without the statement', async () => {
  const db = await open();
  await db.insert(notes).values({ id: 'a', title: 'one' });
  for (const title of ['two', 'three']) await db.update(notes).set({ title });
  // A version that there is not yet is the present one.
  expect(await db.$crr.prune({ keep: 0, upTo: 99_999 })).toMatchObject({ upTo: 3 });
  const past = db.$crr.asOf(notes, { version: 1 });
  const error: Error = await db
    .select()
    .from(past)
    .where(eq(past.id, 'a'))
    .catch((thrown) => thrown);
  expect(error).toMatchObject({ code: 'CRR_HISTORY_PRUNED' });
  for (let e: unknown = error; e instanceof Error; e = e.cause) {
    expect(e.message.split('\n').length).toBeLessThan(4);
  }
});

test('the history of a counter says what was added, and that of an undo what it takes back', async () => {
  const [a, b] = [await open(), await open()];
  await a.insert(notes).values({ id: 'a', votes: 5 });
  await exchange(a, b);
  await b.update(notes).set({ votes: sql`votes + 2` });
  await exchange(a, b);
  await a.update(notes).set({ votes: sql`votes - 1` });
  await a.$crr.undo();
  const events = await a.$crr.history(notes, { id: 'a' });
  expect(events.map(({ changes }) => changes.votes?.added)).toEqual([1, -1, 2, 5]);
  expect(events.map(({ reverts }) => reverts?.version)).toEqual([
    events[1]!.version,
    ...[undefined, undefined, undefined],
  ]);
});

test('the undo of a delete brings back a counter that is beyond its range as far as it can be shown', async () => {
  const [a, b] = [await open(), await open()];
  await a.insert(notes).values({ id: 'a', votes: 0 });
  await exchange(a, b);
  for (const db of [a, b]) await db.update(notes).set({ votes: Number.MAX_SAFE_INTEGER });
  await exchange(a, b);
  const before = await a.select().from(notes);
  await a.delete(notes);
  await a.$crr.undo();
  expect(await a.select().from(notes)).toEqual(before);
});
