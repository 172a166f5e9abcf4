import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable } from '../../src/index.js';
import { openSite } from '../support/site.js';

const boxes = crrTable('boxes', { id: text('id').primaryKey().notNull() });
const items = crrTable('items', {
  id: text('id').primaryKey().notNull(),
  code: text('code').unique(),
  box: text('box').references(() => boxes.id, { onDelete: 'set null' }),
});
const open = () => openSite({ boxes, items });

test('a merged delete of its parent does not overwrite the reference of a row that is masked in another column', async () => {
  const [one, two] = [await open(), await open()];
  await one.insert(boxes).values({ id: 'b' });
  await one.insert(items).values([{ id: 'i1', code: 'x' }]);
  await two.$crr.apply(await one.$crr.changes());
  const three = await open();
  await three.insert(boxes).values({ id: 'b' });
  await three.insert(items).values({ id: 'i2', code: 'x', box: 'b' });
  await two.$crr.apply(await three.$crr.changes());
  expect(await two.select().from(items).orderBy(items.id)).toEqual([
    { id: 'i1', code: 'x', box: null },
    { id: 'i2', code: null, box: 'b' },
  ]);

  await one.delete(boxes);
  const { masked } = await two.$crr.apply(await one.$crr.changes());
  expect(masked).toEqual([{ table: 'items', key: { id: 'i2' } }]);
  const ofItem = (await two.$crr.changes()).changes.filter(
    ({ table, cid, val }) => table === 'items' && cid === 'box' && val !== null,
  );
  expect(ofItem.map(({ val }) => val)).toEqual(['b']);

  // The reference is back with its parent.
  await one.insert(boxes).values({ id: 'b' });
  await two.$crr.apply(await one.$crr.changes());
  expect((await two.select().from(items).orderBy(items.id))[1]).toEqual({
    id: 'i2',
    code: null,
    box: 'b',
  });
});
