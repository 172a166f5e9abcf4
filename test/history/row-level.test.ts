/** Conflicts by row: sites that wrote different columns of a row without each other's write. Random ones: histories.test.ts. */
import { eq, sql } from 'drizzle-orm';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { asCrr, counter, crrTable, mvr } from '../../src/index.js';
import { describeEachEngine } from '../support/engines.js';
import { exchange, openSite } from '../support/site.js';

const columns = () => ({
  id: text('id').primaryKey().notNull(),
  amount: integer('amount'),
  currency: text('currency'),
  votes: counter('votes'),
  tag: mvr(text('tag')),
});
const prices = crrTable('prices', columns(), { history: true, conflictLevel: 'row' });
const schema = { prices };
type Site = Awaited<ReturnType<typeof openSite<typeof schema>>>;

async function conflictOf(site: Site) {
  const [conflict, ...others] = await site.$crr.conflicts(prices);
  expect(others).toEqual([]);
  if (conflict !== undefined && conflict.reason !== 'row') throw new Error('a conflict by row');
  return conflict;
}

describeEachEngine("conflictLevel: 'row'", (engine) => {
  async function openPair() {
    const sites = [await openSite(schema, await engine.open()), await openSite(schema)] as const;
    const [a, b] = sites;
    await a.insert(prices).values({ id: 'x', amount: 10, currency: 'EUR' });
    await exchange(a, b);
    return sites;
  }

  test('writes of different columns are in conflict, until somebody chooses a side', async () => {
    const [a, b] = await openPair();
    const by = (author: string) => ({ author });
    await a.$crr.transaction(by('ann'), (tx) => tx.update(prices).set({ amount: 11 }));
    await b.$crr.transaction(by('bob'), (tx) => tx.update(prices).set({ currency: 'USD' }));
    await exchange(a, b);
    for (const site of [a, b]) {
      const conflict = await conflictOf(site);
      expect(conflict).toMatchObject({
        table: 'prices',
        key: { id: 'x' },
        columns: ['amount', 'currency'],
        base: { amount: 10, currency: 'EUR' },
        shown: { amount: 11, currency: 'USD' },
      });
      const sides = conflict!.forks.map(({ author, row, columns }) => [author, row, columns]);
      expect(sides.sort()).toMatchObject([
        ['ann', { id: 'x', amount: 11, currency: 'EUR' }, ['amount']],
        ['bob', { id: 'x', amount: 10, currency: 'USD' }, ['currency']],
      ]);
    }
    const forks = await a.$crr.forks(prices, { id: 'x' });
    await forks.find(({ author }) => author === 'bob')!.choose({ author: 'ann' });
    await exchange(a, b);
    for (const site of [a, b]) {
      expect(await site.$crr.conflicts(prices)).toEqual([]);
      expect(await site.select().from(prices)).toMatchObject([{ amount: 10, currency: 'USD' }]);
    }
  });

  test('the next write of the row, to any column, ends it', async () => {
    const [a, b] = await openPair();
    await a.update(prices).set({ amount: 11 });
    await b.update(prices).set({ currency: 'USD' });
    await exchange(a, b);
    await b.update(prices).set({ amount: 12 });
    expect(await b.$crr.conflicts(prices)).toEqual([]);
    await exchange(a, b);
    expect(await a.$crr.conflicts(prices)).toEqual([]);
    // Who has seen the other write is in no conflict with it.
    await a.update(prices).set({ currency: 'EUR' });
    await exchange(a, b);
    expect(await b.$crr.conflicts(prices)).toEqual([]);
  });

  test('sides that come to the same row agree; counters and registers are in nobody’s way', async () => {
    const [a, b] = await openPair();
    await a.update(prices).set({ amount: 11, currency: 'USD' });
    await b.update(prices).set({ amount: 11 });
    await b.update(prices).set({ currency: 'USD' });
    await exchange(a, b);
    expect(await a.$crr.conflicts(prices)).toEqual([]);
    await a.update(prices).set({ votes: sql`votes + 1`, tag: 'a' });
    await b.update(prices).set({ amount: 12 });
    await exchange(a, b);
    for (const site of [a, b]) expect(await site.$crr.conflicts(prices)).toEqual([]);
  });

  test('a delete is in conflict with a write of any column, and can be chosen', async () => {
    const [a, b] = await openPair();
    await a.delete(prices);
    await b.update(prices).set({ currency: 'USD' });
    await exchange(a, b);
    const conflict = await conflictOf(b);
    expect(conflict).toMatchObject({ columns: ['currency'], shown: undefined });
    expect(conflict!.forks.map(({ row }) => row?.currency).sort()).toEqual(['USD', undefined]);
    await conflict!.forks.find(({ row }) => row !== undefined)!.choose();
    await exchange(a, b);
    expect(await a.select().from(prices)).toMatchObject([{ amount: 10, currency: 'USD' }]);
    expect(await a.$crr.conflicts(prices)).toEqual([]);
  });

  test('resolve gets both sides of the row', async () => {
    const [a, b] = await openPair();
    await a.update(prices).set({ amount: 11 });
    await b.update(prices).set({ currency: 'USD' });
    const seen: unknown[] = [];
    const changes = await b.$crr.changes();
    const plan = await a.$crr.preview(changes);
    expect(plan.rows[0]).toMatchObject({
      base: { amount: 10, currency: 'EUR' },
      ours: { amount: 11, currency: 'EUR' },
      theirs: { amount: 10, currency: 'USD' },
      merged: { amount: 11, currency: 'USD' },
      conflicts: [{ column: 'amount' }, { column: 'currency' }],
    });
    const { resolved } = await a.$crr.apply(changes, {
      resolve: ({ ours, theirs }) => {
        seen.push(ours, theirs);
        return { amount: theirs!.amount, currency: theirs!.currency };
      },
    });
    expect(resolved).toHaveLength(1);
    expect(seen).toMatchObject([
      { amount: 11, currency: 'EUR' },
      { amount: 10, currency: 'USD' },
    ]);
    await exchange(a, b);
    for (const site of [a, b]) {
      expect(await site.$crr.conflicts(prices)).toEqual([]);
      expect(await site.select().from(prices)).toMatchObject([{ amount: 10, currency: 'USD' }]);
    }
  });
});

test('a database without history, or with conflicts by cell, is in no conflict by what it is not known to have seen', async () => {
  const [a, plain] = [
    await openSite(schema),
    await openSite({ prices: crrTable('prices', columns()) }),
  ];
  await a.insert(prices).values({ id: 'x', amount: 10, currency: 'EUR' });
  await exchange(a, plain);
  await a.update(prices).set({ amount: 11 }).where(eq(prices.id, 'x'));
  await plain.update(prices).set({ currency: 'USD' });
  await exchange(a, plain);
  expect(await a.$crr.conflicts(prices)).toEqual([]);
});

test('asks for history, and for a level that there is', () => {
  expect(() => crrTable('t', columns(), { conflictLevel: 'row' })).toThrow(
    expect.objectContaining({ code: 'CRR_SCHEMA_CONFLICT_LEVEL' }),
  );
  expect(() =>
    crrTable('t', columns(), { history: true, conflictLevel: 'table' as never }),
  ).toThrow("conflictLevel must be 'cell' or 'row'");
  expect(() =>
    asCrr(crrTable('t', columns(), { history: true }), { conflictLevel: 'row' }),
  ).not.toThrow();
});
