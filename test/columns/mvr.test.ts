import { blob, integer, real, text } from 'drizzle-orm/sqlite-core';
import { expect, expectTypeOf, test } from 'vitest';
import { wireOffset } from '../../src/columns/versions.js';
import { crrTable, mvr, packKey } from '../../src/index.js';
import { describeEachEngine } from '../support/engines.js';
import { exchange, openSite, registerConflicts } from '../support/site.js';

const cards = crrTable('cards', {
  id: text('id').primaryKey().notNull(),
  status: mvr(text('status')),
  size: mvr(integer('size').notNull().default(1)),
  tags: mvr(text('tags', { mode: 'json' }).$type<string[]>()),
});
const schema = { cards };

describeEachEngine('a multi-value register', (engine) => {
  test('keeps what concurrent writers wrote until one of them settles it', async () => {
    const a = await openSite(schema, await engine.open());
    const b = await openSite(schema);
    const [idOfA, idOfB] = [await a.$crr.siteId(), await b.$crr.siteId()];
    await a.insert(cards).values({ id: 'x', status: 'open', tags: ['t'] });
    await exchange(a, b);
    expect(await b.$crr.conflicts(cards)).toEqual([]);
    await a.update(cards).set({ status: 'done' });
    await b.update(cards).set({ status: 'waiting' });
    await exchange(a, b);
    expect(await a.select().from(cards)).toEqual(await b.select().from(cards));
    expect(await a.select().from(cards)).toMatchObject([{ status: 'waiting', tags: ['t'] }]);
    const conflict = {
      reason: 'register',
      table: 'cards',
      key: { id: 'x' },
      column: 'status',
      values: [
        { value: 'waiting', sites: [idOfB] },
        { value: 'done', sites: [idOfA] },
      ],
    };
    expect(await a.$crr.conflicts(cards)).toEqual([conflict]);
    expect(await b.$crr.conflicts(cards)).toEqual([conflict]);
    // Writing what is shown already settles it, too.
    await a.update(cards).set({ status: 'waiting' });
    await exchange(a, b);
    expect(await a.$crr.conflicts(cards)).toEqual([]);
    expect(await b.$crr.conflicts(cards)).toEqual([]);
    expect(await b.select().from(cards)).toMatchObject([{ status: 'waiting' }]);
  });

  test('loses no write to one that did not see it', async () => {
    const [a, b, c] = [
      await openSite(schema, await engine.open()),
      await openSite(schema),
      await openSite(schema),
    ];
    await a.insert(cards).values({ id: 'x', status: 'open' });
    await exchange(a, b);
    await exchange(a, c);
    await a.update(cards).set({ status: 'from a' });
    await b.update(cards).set({ status: 'from b' });
    await exchange(a, c);
    await c.update(cards).set({ status: 'c saw a' });
    await a.update(cards).set({ status: 'a again' });
    await exchange(b, c);
    await exchange(a, b);
    await exchange(b, c);
    const values = (await registerConflicts(b, cards))[0]!.values.map(({ value }) => value);
    expect(values).toEqual(['from b', 'c saw a', 'a again']);
    for (const site of [a, c]) {
      expect(await site.$crr.conflicts(cards)).toEqual(await b.$crr.conflicts(cards));
    }
  });
});

test('equal values of several sites are no conflict', async () => {
  const [a, b] = [await openSite(schema), await openSite(schema)];
  for (const site of [a, b]) await site.insert(cards).values({ id: 'x', status: 'open', size: 3 });
  await exchange(a, b);
  expect(await a.$crr.conflicts(cards)).toEqual([]);
});

test('the greatest value is shown, by storage class first', async () => {
  const things = crrTable('things', {
    id: text('id').primaryKey().notNull(),
    value: mvr(blob('value', { mode: 'buffer' })),
    weight: mvr(real('weight')),
  });
  const values = ["x'00'", "'b'", "'a' || char(0) || 'z'", '1.5', '9e999', '0.1', '7', 'NULL'];
  const sites = await Promise.all(values.map(() => openSite({ things })));
  for (const [i, site] of sites.entries()) {
    await site.$client.execute(`INSERT INTO things (id, value) VALUES ('x', ${values[i]})`);
  }
  const [first, ...others] = sites;
  for (const other of others) await exchange(first!, other);
  const { rows } = await first!.$client.execute('SELECT quote(value) AS v FROM things');
  expect(rows[0]!.v).toBe('7');
  const cells = (await first!.$crr.changes()).changes.filter(({ cid }) => cid === 'value');
  expect(cells.map(({ val }) => val)).toEqual(
    expect.arrayContaining([7n, 1.5, Number.POSITIVE_INFINITY, 0.1, 'b', 'a\0z', null]),
  );
  const again = await openSite({ things });
  await again.$crr.apply(await first!.$crr.changes());
  const read = (await again.$crr.changes()).changes.filter(({ cid }) => cid === 'value');
  const byText = (list: typeof cells) => list.map(({ val }) => `${typeof val} ${val}`).sort();
  expect(byText(read)).toEqual(byText(cells));
});

test('the types of conflicts are those of their columns', async () => {
  const db = await openSite(schema);
  const conflicts = await db.$crr.conflicts(cards);
  for (const conflict of conflicts) {
    if (conflict.reason !== 'register') continue;
    if (conflict.column === 'status') {
      expectTypeOf(conflict.values[0]!.value).toEqualTypeOf<string | null>();
    }
    if (conflict.column === 'size') {
      expectTypeOf(conflict.values[0]!.value).toEqualTypeOf<number>();
    }
    if (conflict.column === 'tags') {
      expectTypeOf(conflict.values[0]!.value).toEqualTypeOf<string[] | null>();
    }
  }
  expect(conflicts).toEqual([]);
});

test('what cannot be a register is refused', async () => {
  const key = { id: text('id').primaryKey().notNull() };
  expect(() => crrTable('t', { ...key, status: mvr(text('status').notNull()) })).toThrow(
    /drop \.notNull\(\)/,
  );
  const db = await openSite(schema);
  const offset = wireOffset({ kind: { type: 'mvr' } });
  const mark = {
    table: 'cards',
    pk: packKey(['x']),
    cid: 'status',
    val: 'still here',
    col_version: offset + 3,
    db_version: 1,
    site_id: new Uint8Array(16).fill(7),
    cl: 1,
    seq: 0,
  };
  await expect(db.$crr.apply([mark])).rejects.toMatchObject({ code: 'CRR_CHANGE_VALUE' });
  await expect(
    db.$crr.apply([{ ...mark, cid: 'size', col_version: offset + 2, val: null }]),
  ).rejects.toMatchObject({ code: 'CRR_CHANGE_VALUE' });
});
