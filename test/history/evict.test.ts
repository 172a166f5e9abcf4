/** Rows with history that this database no longer gets to see, and gets to see again. */
import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable, packKey } from '../../src/index.js';
import { describeEachEngine } from '../support/engines.js';
import { exchange, openSite } from '../support/site.js';

const notes = crrTable(
  'notes',
  { id: text('id').primaryKey().notNull(), title: text('title') },
  { history: true },
);

describeEachEngine('a row with history', (engine) => {
  /** Found by the simulator: the ids of events are used again, so heads that were left made the next merge fail. */
  test('takes the heads of its conflicts along, and brings them back', async () => {
    const a = await openSite({ notes }, await engine.open());
    const b = await openSite({ notes });
    await a.insert(notes).values({ id: 'x', title: 'one' });
    await exchange(a, b);
    await a.update(notes).set({ title: 'two' });
    await b.update(notes).set({ title: 'three' });
    await exchange(a, b);
    const conflicts = (await a.$crr.conflicts(notes)).map(({ reason }) => reason);
    expect(conflicts).toEqual(['concurrent']);

    await a.$crr.transport.merge([], {
      evict: {
        rows: [{ table: 'notes', pk: packKey(['x']) }],
        sent: { cursor: await a.$crr.version(), skip: [] },
      },
    });
    expect(await a.$crr.history(notes)).toEqual([]);
    expect((await a.$crr.verify()).findings).toEqual([]);
    await a.$crr.transport.merge(await b.$crr.changes(), { ownReturn: true });
    expect((await a.$crr.conflicts(notes)).map(({ reason }) => reason)).toEqual(conflicts);
    expect(await a.$crr.history(notes)).toHaveLength(3);
    expect((await a.$crr.verify()).findings).toEqual([]);
  });
});
