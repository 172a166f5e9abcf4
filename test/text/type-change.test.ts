import { eq } from 'drizzle-orm';
import { text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { collaborativeText, crrTable, mvr } from '../../src/index.js';
import { exchange, openSite } from '../support/site.js';
import { SUBJECTS } from './codecs.js';

describe.each(SUBJECTS)('$name', ({ codec, insert }) => {
  const key = () => ({ id: text('id').primaryKey().notNull() });
  const before = crrTable('notes', { ...key(), body: text('body'), mood: mvr(text('mood')) });
  const after = crrTable('notes', {
    ...key(),
    body: collaborativeText('body', codec),
    mood: mvr(text('mood')),
  });
  const openBefore = () => openSite({ notes: before });
  const migrated = (site: { $client: Awaited<ReturnType<typeof openBefore>>['$client'] }) =>
    openSite({ notes: after }, site.$client, { ddl: [] });
  const edit = async (
    site: Awaited<ReturnType<typeof migrated>>,
    id: string,
    at: number,
    word: string,
  ) => {
    const doc = await site.$crr.document(after, { id }, 'body', codec);
    insert(doc.editor, at, word);
    await doc.close();
  };

  test('texts of rows become documents, on each site for itself, and are not doubled', async () => {
    const [a, b] = [await openBefore(), await openBefore()];
    for (let i = 0; i < 5; i++) {
      await a.insert(before).values({ id: `n${i}`, body: `text ${i}`, mood: 'calm' });
    }
    await exchange(a, b);
    const [newA, newB] = [await migrated(a), await migrated(b)];
    await edit(newA, 'n1', 0, '<');
    await edit(newB, 'n1', 6, '>');
    await exchange(newA, newB);
    await exchange(newA, newB);
    for (const site of [newA, newB]) {
      expect((await site.$crr.verify()).findings).toEqual([]);
      expect((await site.select().from(after)).map(({ body, mood }) => [body, mood])).toEqual([
        ['text 0', 'calm'],
        ['<text 1>', 'calm'],
        ['text 2', 'calm'],
        ['text 3', 'calm'],
        ['text 4', 'calm'],
      ]);
    }
  });

  test('a site whose column is text still writes on, until somebody edits the document', async () => {
    const [a, late] = [await openBefore(), await openBefore()];
    await a.insert(before).values({ id: 'n', body: 'one' });
    await exchange(a, late);
    const newA = await migrated(a);
    await late.update(before).set({ body: 'one two' });
    await newA.$crr.apply(await late.$crr.changes());
    expect((await newA.select().from(after))[0]!.body).toBe('one two');
    for (const char of '!?') await edit(newA, 'n', 7, char);
    // The site that has not migrated keeps both updates.
    await late.$crr.apply(await newA.$crr.changes());
    expect((await late.select().from(before))[0]!.body).toBe('one two');
    const newLate = await migrated(late);
    await newLate.$crr.apply([]);
    const doc = await newLate.$crr.document(after, { id: 'n' }, 'body', codec);
    expect(doc.toString()).toBe('one two?!');
    await doc.close();
    await exchange(newA, newLate);
    for (const site of [newA, newLate]) {
      expect((await site.select().from(after))[0]!.body).toBe('one two?!');
      expect((await site.$crr.verify()).findings).toEqual([]);
    }
  });

  test('a document becomes a plain text again', async () => {
    const a = await openSite({ notes: after });
    const b = await openSite({ notes: after });
    await a.insert(after).values({ id: 'n', body: 'one', mood: 'calm' });
    await edit(a, 'n', 3, ' two');
    await exchange(a, b);
    const [plainA, plainB] = [a, b].map((site) =>
      openSite({ notes: before }, site.$client, { ddl: [] }),
    );
    const [oldA, oldB] = [await plainA!, await plainB!];
    await oldA.update(before).set({ body: 'three' }).where(eq(before.id, 'n'));
    await exchange(oldA, oldB);
    for (const site of [oldA, oldB]) {
      expect(await site.select().from(before)).toEqual([{ id: 'n', body: 'three', mood: 'calm' }]);
      expect((await site.$crr.verify()).findings).toEqual([]);
    }
  });
});
