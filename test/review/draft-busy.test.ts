/** A draft that is read while others write all the time. */
import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { diffDraft } from '../../src/database/draft-diff.js';
import { internalsOf } from '../../src/drizzle/internals.js';
import { crrTable } from '../../src/index.js';
import { openSite } from '../support/site.js';

const notes = crrTable('notes', { id: text('id').primaryKey().notNull(), title: text('title') });

test('a comparison is given up when somebody writes in each attempt, and tried again until then', async () => {
  const db = await openSite({ notes });
  await db.insert(notes).values({ id: 'a', title: 'one' });
  const draft = await db.$crr.draft('d');
  await draft.transaction((tx) => tx.update(notes).set({ title: 'two' }));
  const { connection, schema } = internalsOf(db.$crr);
  let [writes, rows] = [0, 0];
  const busy = (most: number) =>
    Object.create(connection, {
      batch: {
        async value(...batch: Parameters<typeof connection.batch>) {
          if (writes++ < most) await db.insert(notes).values({ id: `n${rows++}` });
          return connection.batch(...batch);
        },
      },
    }) as typeof connection;
  await expect(diffDraft({ connection: busy(1_000), schema }, 'd')).rejects.toMatchObject({
    code: 'CRR_DATABASE_CONTENDED',
    message: expect.stringContaining('draft "d": others wrote'),
  });
  writes = 0;
  const { items } = await diffDraft({ connection: busy(5), schema }, 'd');
  expect(items).toHaveLength(1);
});
