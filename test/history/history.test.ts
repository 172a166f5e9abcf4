/** Who wrote what, undo, the table as of a moment, and conflicts, as an application uses them. */
import { eq, sql } from 'drizzle-orm';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { counter, crrTable } from '../../src/index.js';
import { describeEachEngine } from '../support/engines.js';
import { exchange, openSite } from '../support/site.js';

const notes = crrTable(
  'notes',
  {
    id: text('id').primaryKey().notNull(),
    title: text('title'),
    done: integer('done', { mode: 'boolean' }).notNull().default(false),
    votes: counter('votes'),
  },
  { history: true },
);
const plain = crrTable('plain', { id: text('id').primaryKey().notNull(), title: text('title') });
const schema = { notes, plain };

describeEachEngine('history', (engine) => {
  test('lists who wrote what and why, at every site', async () => {
    const a = await openSite(schema, await engine.open());
    const b = await openSite(schema);
    await a.$crr.transaction({ author: 'ann', message: 'a start' }, (tx) =>
      tx.insert(notes).values({ id: 'x', title: 'one' }),
    );
    await a.update(notes).set({ title: 'two', done: true });
    await exchange(a, b);
    await b.$crr.transaction({ author: 'bob' }, (tx) => tx.delete(notes));
    await exchange(b, a);
    for (const site of [a, b]) {
      const events = await site.$crr.history(notes, { id: 'x' });
      expect(events).toMatchObject([
        { kind: 'delete', author: 'bob', message: undefined, key: { id: 'x' } },
        {
          kind: 'update',
          author: undefined,
          changes: {
            title: { from: 'one', to: 'two', won: true },
            done: { from: false, to: true },
          },
        },
        { kind: 'insert', author: 'ann', message: 'a start', changes: { title: { to: 'one' } } },
      ]);
      expect(events[0]!.parents).toEqual(expect.arrayContaining([events[1]!.event]));
      expect(events[1]!.siteId).toEqual(await a.$crr.siteId());
      expect(await site.$crr.history(notes, undefined, { author: 'bob' })).toHaveLength(1);
    }
    await expect(a.$crr.history(plain)).rejects.toThrow('has no history');
  });

  test('a transaction that writes nothing leaves no note', async () => {
    const a = await openSite(schema, await engine.open());
    await a.$crr.transaction({ author: 'ann' }, async () => {});
    expect(await a.all(sql`SELECT * FROM crr_commit`)).toEqual([]);
    expect(await a.$crr.version()).toBe(0);
  });

  test('undoes and redoes, and keeps what others have written since', async () => {
    const a = await openSite(schema, await engine.open());
    const b = await openSite(schema);
    await a.insert(notes).values({ id: 'x', title: 'one' });
    await a.transaction(async (tx) => {
      await tx.update(notes).set({ title: 'two', done: true, votes: sql`votes + 5` });
      await tx.insert(notes).values({ id: 'y', title: 'other' });
    });
    await exchange(a, b);
    await b.update(notes).set({ title: 'three', votes: sql`votes + 2` }).where(eq(notes.id, 'x'));
    await exchange(b, a);
    const undone = await a.$crr.undo({ author: 'ann' });
    expect(undone?.kept).toEqual([{ table: 'notes', key: { id: 'x' }, column: 'title' }]);
    expect(undone?.restored).toHaveLength(3);
    expect(await a.select().from(notes)).toEqual([
      { id: 'x', title: 'three', done: false, votes: 2 },
    ]);
    const redone = await a.$crr.redo();
    expect(redone?.restored).toHaveLength(3);
    const rows = await a.select().from(notes);
    expect(rows).toEqual([
      { id: 'x', title: 'three', done: true, votes: 7 },
      { id: 'y', title: 'other', done: false, votes: 0 },
    ]);
    expect(await a.$crr.redo()).toBeUndefined();
    await a.$crr.undo();
    // The row that this site created has writes of others: it stays.
    expect(await a.$crr.undo()).toMatchObject({ restored: [], kept: [{ key: { id: 'x' } }] });
    expect(await a.select().from(notes)).toEqual([
      { id: 'x', title: 'three', done: false, votes: 2 },
    ]);
    await exchange(a, b);
    expect(await b.select().from(notes)).toEqual(await a.select().from(notes));
  });

  test('reverts a delete of another site, and any event', async () => {
    const a = await openSite(schema, await engine.open());
    const b = await openSite(schema);
    await a.insert(notes).values({ id: 'x', title: 'one', votes: 3 });
    await exchange(a, b);
    await b.delete(notes);
    await exchange(b, a);
    const [deletion] = await a.$crr.history(notes, { id: 'x' });
    const { restored } = await a.$crr.revert(notes, { event: deletion!.event });
    expect(restored).toEqual([{ table: 'notes', key: { id: 'x' } }]);
    expect(await a.select().from(notes)).toEqual([
      { id: 'x', title: 'one', done: false, votes: 3 },
    ]);
    const version = deletion!.version;
    const { kept } = await a.$crr.revert(notes, { siteId: await b.$crr.siteId(), version });
    expect(kept).toEqual([]);
    await expect(a.$crr.revert(notes, { event: 'nonsense' })).rejects.toThrow('history() gives it');
  });

  test('reads the table as of a version, a time and an event', async () => {
    const a = await openSite(schema, await engine.open());
    await a.insert(notes).values([
      { id: 'x', title: 'one' },
      { id: 'y', title: 'why' },
    ]);
    const version = await a.$crr.version();
    const before = await a.select().from(notes);
    await a.update(notes).set({ title: 'two', votes: 4 }).where(eq(notes.id, 'x'));
    const [event] = await a.$crr.history(notes, { id: 'x' });
    const after = await a.select().from(notes);
    await a.delete(notes);
    const past = a.$crr.asOf(notes, { version });
    expect(await a.select().from(past).orderBy(past.id)).toEqual(before);
    expect(await a.select({ t: past.title }).from(past).where(eq(past.id, 'x'))).toEqual([
      { t: 'one' },
    ]);
    const then = a.$crr.asOf(notes, { event: event!.event }, 'then');
    expect(await a.select().from(then).orderBy(then.id)).toEqual(after);
    const joined = await a
      .select({ before: past.title, after: then.title })
      .from(past)
      .innerJoin(then, eq(then.id, past.id))
      .where(eq(past.id, 'x'));
    expect(joined).toEqual([{ before: 'one', after: 'two' }]);
    const now = a.$crr.asOf(notes, { time: new Date(Date.now() + 1000) });
    expect(await a.select().from(now)).toEqual([]);
    const never = a.$crr.asOf(notes, { time: new Date(0) });
    expect(await a.select().from(never)).toEqual([]);
  });

  test('lists exactly what was written concurrently, until somebody chooses', async () => {
    const a = await openSite(schema, await engine.open());
    const b = await openSite(schema);
    await a.insert(notes).values({ id: 'x', title: 'base' });
    await exchange(a, b);
    expect(await b.$crr.conflicts(notes)).toEqual([]);
    await a.update(notes).set({ title: 'from a' });
    await b.update(notes).set({ title: 'from b', done: true });
    await exchange(a, b);
    for (const site of [a, b]) {
      const [conflict, ...others] = await site.$crr.conflicts(notes);
      expect(others).toEqual([]);
      expect(conflict).toMatchObject({
        reason: 'concurrent',
        column: 'title',
        base: { value: 'base' },
        shown: 'from b',
      });
    }
    const [conflict] = await a.$crr.conflicts(notes);
    if (conflict?.reason !== 'concurrent') throw new Error('expected a conflict');
    // What is shown already: an event alone, which settles it everywhere.
    await conflict.choose(conflict.heads.find(({ value }) => value === 'from b')!);
    expect(await a.$crr.conflicts(notes)).toEqual([]);
    await exchange(a, b);
    expect(await b.$crr.conflicts(notes)).toEqual([]);
    expect(await b.select().from(notes)).toMatchObject([{ title: 'from b', done: true }]);
  });

  test('an edit that a delete swallowed is a conflict, and comes back if it is chosen', async () => {
    const a = await openSite(schema, await engine.open());
    const b = await openSite(schema);
    await a.insert(notes).values({ id: 'x', title: 'base', done: true });
    await exchange(a, b);
    await a.delete(notes);
    await b.update(notes).set({ title: 'edited' });
    await exchange(a, b);
    await exchange(a, b);
    const [conflict, ...others] = await b.$crr.conflicts(notes);
    expect(others).toEqual([]);
    if (conflict?.reason !== 'concurrent') throw new Error('expected a conflict');
    expect(conflict.heads.map(({ value }) => value).sort()).toEqual(['edited', undefined]);
    await conflict.choose(conflict.heads.find(({ value }) => value === 'edited')!);
    await exchange(a, b);
    for (const site of [a, b]) {
      expect(await site.$crr.conflicts(notes)).toEqual([]);
      expect(await site.select().from(notes)).toMatchObject([{ title: 'edited', done: true }]);
    }
  });
});
