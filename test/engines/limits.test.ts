/** Tables as wide as an engine takes them, and one column more. */
import { drizzle } from 'drizzle-orm/d1';
import { real, text } from 'drizzle-orm/sqlite-core';
import type { Miniflare } from 'miniflare';
import { expect, test } from 'vitest';
import { counter, crrTable, mvr, withCrr } from '../../src/index.js';
import { createTableSql } from '../support/create-table.js';
import { openSite } from '../support/site.js';
import { d1InMiniflare } from './openers.js';

const openD1 = async () => (await d1InMiniflare.openClient()) as D1;
type D1 = Awaited<ReturnType<Miniflare['getD1Database']>>;

const wide = <T>(count: number, column: (name: string) => T) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`c${i}`, column(`c${i}`)]));

test.each([
  ['30 columns', wide(30, (name) => text(name)), 'x'],
  ['40 counters', wide(40, (name) => counter(name)), 7],
  ['90 registers', wide(90, (name) => mvr(text(name))), 'x'],
])('D1 takes %s', async (_, columns, value) => {
  const table = crrTable('wide', { id: text('id').primaryKey().notNull(), ...columns });
  const [a, b] = await Promise.all(
    [await openD1(), await openD1()].map(async (client) => {
      await client.prepare(createTableSql(table)).run();
      const db = withCrr(drizzle(client as never), { schema: { table } });
      await db.$crr.install();
      return db;
    }),
  );
  await a!.insert(table).values({ id: 'a' } as never);
  for (const name of Object.keys(columns)) await a!.update(table).set({ [name]: value } as never);
  await b!.$crr.apply(await a!.$crr.changes());
  await a!.update(table).set({ c0: value } as never);
  await b!.$crr.apply(await a!.$crr.changes());
  const [row] = await b!.select().from(table);
  expect(Object.values(row!).slice(1)).toEqual(Object.keys(columns).map(() => value));
});

test('D1 refuses a table of 31 columns with its name and what it takes', async () => {
  const table = crrTable('wide', {
    id: text('id').primaryKey().notNull(),
    votes: counter('votes'),
    ...wide(31, (name) => text(name)),
  });
  const client = await openD1();
  expect(() => withCrr(drizzle(client as never), { schema: { table } })).toThrow(
    expect.objectContaining({
      code: 'CRR_SCHEMA_TOO_WIDE',
      message:
        'table "wide" cannot be a CRR: Cloudflare D1 takes tables of 100 columns. Changes are merged through a table with 3 columns for each of the 31 columns besides key, counters and registers, 1 for the key and 9 more, and that makes 103: use at most 30 such columns, or move some to another table',
    }),
  );
});

test('D1 takes batches whose rows are long as text: whole reals and large integers', async () => {
  const table = crrTable('numbers', {
    id: text('id').primaryKey().notNull(),
    ...wide(6, (name) => real(name)),
  });
  const client = await openD1();
  await client.prepare(createTableSql(table)).run();
  const db = withCrr(drizzle(client as never), { schema: { table } });
  await db.$crr.install();
  const source = await openSite({ table });
  const rows = Array.from({ length: 1_500 }, (_, i) => ({
    id: `row ${i}`,
    ...wide(6, () => 2 ** 70 + i * 2 ** 20),
  }));
  for (let i = 0; i < rows.length; i += 500) {
    await source.insert(table).values(rows.slice(i, i + 500) as never);
  }
  await db.$crr.apply(await source.$crr.changes());
  expect(await db.$count(table)).toBe(1_500);
  expect((await db.select().from(table).limit(1))[0]).toEqual(rows[0]);
});
