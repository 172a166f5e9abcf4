/** Rows that are masked in one unique index go on claiming their values in others. */
import { text, unique } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable } from '../../src/index.js';
import { openSite } from '../support/site.js';

/** Both indexes show a suffix in the same column. */
const docs = crrTable(
  'docs',
  {
    id: text('id').primaryKey().notNull(),
    shelf: text('shelf').notNull(),
    owner: text('owner').notNull(),
    name: text('name').notNull(),
  },
  (t) => [unique('docs_shelf').on(t.shelf, t.name), unique('docs_owner').on(t.owner, t.name)],
);
const open = () => openSite({ docs });
type Site = Awaited<ReturnType<typeof open>>;
const names = async (site: Site) =>
  (await site.select().from(docs).orderBy(docs.id)).map(({ name }) => name);

const rows = [
  { id: 'd1', shelf: 's1', owner: 'o1', name: 'web' },
  // Masked: d1 has its name on that shelf. It is the first of o2 with that name.
  { id: 'd2', shelf: 's1', owner: 'o2', name: 'web' },
  { id: 'd3', shelf: 's2', owner: 'o2', name: 'web' },
];

/** A site that merges the rows one after the other. */
async function oneByOne(order: readonly number[]): Promise<Site> {
  const site = await open();
  for (const n of order) {
    const writer = await open();
    await writer.insert(docs).values(rows[n]!);
    await site.$crr.apply(await writer.$crr.changes());
  }
  return site;
}

test('a merged row loses a value that a masked row claims, whatever comes first', async () => {
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
    [2, 0, 1],
  ]) {
    expect(await names(await oneByOne(order)), String(order)).toEqual(['web', 'web~d2', 'web~d3']);
  }
});

test('a written row shows such a value until the next apply', async () => {
  const site = await oneByOne([0, 1]);
  await site.insert(docs).values(rows[2]!);
  const { masked } = await site.$crr.apply([]);
  expect(masked).toEqual([{ table: 'docs', key: { id: 'd3' } }]);
  expect(await names(site)).toEqual(['web', 'web~d2', 'web~d3']);
});
