/** Columns in which the value decides, where a clock or an alias could be taken for another. */
import { eq } from 'drizzle-orm';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable, greatest, packKey } from '../../src/index.js';
import { NEUTRAL_SITE } from '../../src/model/site.js';
import { exchange, openSite } from '../support/site.js';

test.each(['new', 'old', 'NEW', 'base', 'clock'])(
  'a lesser write to a table called %j is undone, and no other row is touched',
  async (name) => {
    const table = crrTable(name, {
      id: text('id').primaryKey().notNull(),
      n: greatest(integer('n')),
    });
    const [a, b] = [await openSite({ table }), await openSite({ table })];
    await a.insert(table).values([
      { id: 'a', n: 5 },
      { id: 'b', n: 100 },
    ]);
    await a.update(table).set({ n: 1 }).where(eq(table.id, 'a'));
    const rows = [
      { id: 'a', n: 5 },
      { id: 'b', n: 100 },
    ];
    expect(await a.select().from(table)).toEqual(rows);
    await exchange(a, b);
    expect(await b.select().from(table)).toEqual(rows);
  },
);

test('of two values under one clock the greater stands, though the lesser waited and comes last', async () => {
  const table = crrTable('t', {
    id: text('id').primaryKey().notNull(),
    title: text('title').notNull(),
    n: greatest(integer('n')),
  });
  const [site, writer] = [await openSite({ table }), await openSite({ table })];
  await writer.insert(table).values({ id: 'a', title: 'one' });
  const { changes } = await writer.$crr.changes();
  // What two sites carried over when the column became `greatest`: no site's write, equal clocks.
  const carried = (val: bigint) => ({
    ...{ table: 't', pk: packKey(['a']), cid: 'n', val, col_version: 4 * 2 ** 47 + 2 },
    ...{ db_version: 1, site_id: NEUTRAL_SITE, cl: 1, seq: 0 },
  });
  await site.$crr.apply([carried(5n)]);
  await site.$crr.apply([...changes.filter(({ cid }) => cid === 'title'), carried(10n)]);
  expect(await site.select().from(table)).toEqual([{ id: 'a', title: 'one', n: 10 }]);
  await site.$crr.apply([carried(7n)]);
  expect(await site.select().from(table)).toEqual([{ id: 'a', title: 'one', n: 10 }]);
});

test('a filter on a table called "clock" with a column called as the clock table names its key', async () => {
  const table = crrTable('clock', {
    id: text('id').primaryKey().notNull(),
    keyId: text('key_id'),
    owner: text('owner'),
  });
  const db = await openSite({ table });
  await db.insert(table).values([
    { id: 'a', keyId: 'a', owner: 'me' },
    { id: 'b', keyId: 'zz', owner: 'other' },
  ]);
  const where = { clock: { sql: `"clock"."owner" = 'me'`, args: [] } };
  const page = await db.$crr.transport.read({ where });
  expect(new Set(page.changes.map(({ pk }) => pk))).toEqual(new Set([packKey(['a'])]));
  expect(page.hidden).toEqual([{ table: 'clock', pk: packKey(['b']) }]);
});
