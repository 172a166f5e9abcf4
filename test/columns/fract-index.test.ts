import { eq, sql } from 'drizzle-orm';
import { integer, primaryKey, text } from 'drizzle-orm/sqlite-core';
import { generateKeyBetween } from 'fractional-indexing';
import { expect, expectTypeOf, test } from 'vitest';
import { DIGITS, keyAfterSql, keyBeforeSql } from '../../src/columns/fract-index/key-sql.js';
import { crrTable, fractIndex, fractOrder, fractOrderBy } from '../../src/index.js';
import { quoteText } from '../../src/sql/quote.js';
import { memoryClient } from '../support/client.js';
import { dump } from '../support/dump.js';
import { describeEachEngine } from '../support/engines.js';
import { openOracle } from '../support/oracle.js';
import { Random, seedFromEnv } from '../support/random.js';
import { exchange, openSite } from '../support/site.js';

const cards = crrTable('cards', {
  id: text('id').primaryKey().notNull(),
  list: text('list_id').notNull(),
  title: text('title'),
  position: fractIndex('position', { within: ['list'] }),
});
const schema = { cards };
type Site = Awaited<ReturnType<typeof openSite<typeof schema>>>;

const inOrder = async (db: Site, list = 'todo') => {
  const rows = await db
    .select({ id: cards.id })
    .from(cards)
    .where(eq(cards.list, list))
    .orderBy(...fractOrderBy(cards, 'position'));
  return rows.map(({ id }) => id).join(' ');
};

describeEachEngine('an order key', (engine) => {
  test('puts rows where they are told to go', async () => {
    const db = await openSite(schema, await engine.open());
    const order = fractOrder(db, cards, 'position');
    const list = 'todo';
    await order.insert({ id: 'b', list }, 'last');
    await order.insert({ id: 'd', list, title: 'the last' }, 'last');
    await order.insert({ id: 'a', list }, 'first');
    await order.insert({ id: 'c', list }, { after: 'b' });
    await order.insert({ id: 'b2', list }, { before: 'c' });
    await order.insert({ id: 'b1', list }, { between: ['b', 'b2'] });
    expect(await inOrder(db)).toBe('a b b1 b2 c d');
    // Through Drizzle's own inserts and updates.
    await db.insert(cards).values({ id: 'e', list, position: order.last({ list }) });
    await db.insert(cards).values({ id: 'b3', list, position: await order.after('b2') });
    await db.insert(cards).values({ id: '0', list, position: await order.before('a') });
    await db
      .update(cards)
      .set({ position: order.first({ list }) })
      .where(eq(cards.id, 'c'));
    await db
      .update(cards)
      .set({ position: await order.between('d', 'e') })
      .where(eq(cards.id, '0'));
    expect(await inOrder(db)).toBe('c a b b1 b2 b3 d 0 e');
    await order.move('a', 'last');
    await order.move('e', { before: 'c' });
    await order.move('b', { after: 'b2' });
    await order.move('b1', { after: 'e' });
    expect(await inOrder(db)).toBe('e b1 c b2 b b3 d 0 a');
    await order.move('c', 'first', { list: 'done' });
    await order.move('d', { after: 'c' }, { list: 'done', title: 'done' });
    expect(await inOrder(db)).toBe('e b1 b2 b b3 0 a');
    expect(await inOrder(db, 'done')).toBe('c d');
    await db.transaction(async (tx) => {
      await fractOrder(tx, cards, 'position').move('a', { after: 'b1' });
    });
    expect(await inOrder(db)).toBe('e b1 a b2 b b3 0');
  });

  test('is the same order everywhere after concurrent inserts, and the next one mends it', async () => {
    const [a, b] = [await openSite(schema, await engine.open()), await openSite(schema)];
    const list = 'todo';
    for (const id of ['first', 'last']) {
      await fractOrder(a, cards, 'position').insert({ id, list }, 'last');
    }
    await exchange(a, b);
    for (const id of ['a1', 'a2']) {
      await fractOrder(a, cards, 'position').insert({ id, list }, { after: 'first' });
    }
    for (const id of ['b1', 'b2']) {
      await fractOrder(b, cards, 'position').insert({ id, list }, { after: 'first' });
    }
    await exchange(a, b);
    expect(await inOrder(a)).toBe('first a2 b2 a1 b1 last');
    expect(await inOrder(b)).toBe('first a2 b2 a1 b1 last');
    const keys = async () =>
      new Set((await a.select().from(cards)).map(({ position }) => position));
    expect((await keys()).size).toBe(4);
    const order = fractOrder(a, cards, 'position');
    await order.insert({ id: 'x', list }, { between: ['a1', 'b1'] });
    await order.insert({ id: 'y', list }, { before: 'b2' });
    expect(await inOrder(a)).toBe('first a2 y b2 a1 x b1 last');
    expect((await keys()).size).toBe(8);
    await exchange(a, b);
    expect(await inOrder(b)).toBe('first a2 y b2 a1 x b1 last');
  });

  test('refuses places that are not there, and writes nothing', async () => {
    const client = await engine.open();
    const db = await openSite(schema, client);
    const order = fractOrder(db, cards, 'position');
    await order.insert({ id: 'a', list: 'todo' }, 'last');
    await order.insert({ id: 'b', list: 'todo' }, 'last');
    await order.insert({ id: 'z', list: 'done' }, 'last');
    await client.execute("INSERT INTO cards VALUES ('odd', 'odd', NULL, '!?')");
    const before = await dump(client);
    const row = { id: 'c', list: 'todo' };
    const refused = [
      () => order.after('nobody'),
      () => order.between('b', 'a'),
      () => order.between('a', 'z'),
      () => order.between('a', 'a'),
      () => order.insert(row, { after: 'nobody' }),
      () => order.insert(row, { after: 'z' }),
      () => order.move('nobody', 'last'),
      () => order.move('nobody', { after: 'a' }),
      () => order.move('a', { after: 'a' }),
      () => order.move('a', { before: 'z' }),
      () => order.move('a', { before: 'b' }, { list: 'done' }),
      async () => order.last({}),
    ];
    for (const attempt of refused) {
      await expect(attempt(), String(attempt)).rejects.toMatchObject({ code: 'CRR_USAGE_ORDER' });
    }
    await expect(client.execute('UPDATE cards SET position = NULL')).rejects.toThrow(/NOT NULL/);
    expect(await dump(client)).toBe(before);
  });
});

test('takes one round trip to append, and two at most elsewhere', async () => {
  const client = memoryClient();
  const db = await openSite(schema, client);
  let trips = 0;
  for (const method of ['execute', 'batch'] as const) {
    const original = client[method].bind(client) as (...args: never[]) => unknown;
    Object.assign(client, {
      [method]: (...args: never[]) => {
        trips++;
        return original(...args);
      },
    });
  }
  const order = fractOrder(db, cards, 'position');
  const count = async (run: () => Promise<unknown>) => {
    trips = 0;
    await run();
    return trips;
  };
  const list = 'todo';
  expect(await count(() => order.insert({ id: 'a', list }, 'last'))).toBe(1);
  expect(await count(() => order.insert({ id: 'b', list }, 'first'))).toBe(1);
  expect(await count(() => order.insert({ id: 'c', list }, { after: 'b' }))).toBe(2);
  expect(await count(() => order.move('a', { before: 'b' }))).toBe(2);
  expect(await count(() => order.move('a', 'last'))).toBe(2);
  await db.update(cards).set({ position: 'a ' });
  expect(await count(() => order.insert({ id: 'd', list }, { after: 'a' }))).toBe(2);
  expect(await inOrder(db)).toBe('a d b c');
});

test('keys are those of cr-sqlite', async () => {
  const oracle = await openOracle();
  const client = memoryClient();
  const random = new Random(seedFromEnv());
  const keys: string[] = [];
  for (let i = 0; i < 400; i++) {
    // Mostly at few spots, so that keys grow long.
    const at = random.chance(0.5) ? Math.min(3, keys.length) : random.int(keys.length + 1);
    const [lower, upper] = [keys[at - 1] ?? null, keys[at] ?? null];
    const [[theirs]] = (await oracle.all('SELECT crsql_fract_key_between(?, ?)', [
      lower,
      upper,
    ])) as [[string]];
    const ours = generateKeyBetween(lower, upper, DIGITS);
    expect(ours, `between ${lower} and ${upper}`).toBe(theirs);
    keys.splice(at, 0, ours);
  }
  // And those that SQL makes are the same.
  const edges = ['a~', 'az', 'Z ', 'Z~', 'b  ', 'b~~', 'Y  ', 'Y~~', 'a P', 'b~~P', 'Z~P', 'X   '];
  for (const key of [null, ...keys, ...edges]) {
    const text = key === null ? 'NULL' : quoteText(key);
    const { rows } = await client.execute(
      `SELECT ${keyAfterSql(text)} AS last, ${keyBeforeSql(text)} AS first`,
    );
    expect(rows[0], `around ${key}`).toEqual({
      last: generateKeyBetween(key, null, DIGITS),
      first: generateKeyBetween(null, key, DIGITS),
    });
  }
  await oracle.close();
});

test('keys grow by a digit in seven inserts at one spot, and not at the ends', () => {
  const longest = (next: (key: string) => string, start: string) => {
    let key = start;
    for (let i = 0; i < 10_000; i++) key = next(key);
    return key.length;
  };
  const end = generateKeyBetween(null, null, DIGITS);
  expect(longest((key) => generateKeyBetween(key, null, DIGITS), end)).toBe(4);
  expect(longest((key) => generateKeyBetween(null, key, DIGITS), end)).toBe(4);
  const second = generateKeyBetween(end, null, DIGITS);
  expect(longest((key) => generateKeyBetween(end, key, DIGITS), second)).toBe(1431);
});

test('lists may be told by several columns, or none, and keys have several columns', async () => {
  const items = crrTable(
    'items',
    {
      board: integer('board').notNull(),
      name: text('name').notNull(),
      lane: text('lane'),
      rank: fractIndex('rank', { within: ['board', 'lane'] }),
      all: fractIndex('all_rank'),
    },
    (t) => [primaryKey({ columns: [t.board, t.name] })],
  );
  const db = await openSite({ items });
  const order = fractOrder(db, items, 'rank');
  const whole = fractOrder(db, items, 'all');
  for (const [board, name, lane] of [
    [1, 'a', null],
    [1, 'b', null],
    [1, 'c', 'x'],
    [2, 'a', null],
  ] as const) {
    await order.insert({ board, name, lane, all: whole.last() as never }, 'last');
  }
  await order.move({ board: 1, name: 'a' }, { after: { board: 1, name: 'b' } });
  // What a move does not say stays, and so does the board.
  await order.move({ board: 1, name: 'c' }, 'last', { lane: 'y' });
  await order.move({ board: 1, name: 'c' }, 'first', { all: 'a ' });
  await order.move({ board: 1, name: 'c' }, { after: { board: 1, name: 'a' } }, { lane: null });
  await order.move({ board: 1, name: 'c' }, 'last', { lane: 'x' });
  const rows = await db
    .select({ name: items.name })
    .from(items)
    .where(sql`${items.board} = 1 AND ${items.lane} IS NULL`)
    .orderBy(...fractOrderBy(items, 'rank'));
  expect(rows.map(({ name }) => name)).toEqual(['b', 'a']);
  const all = await db
    .select()
    .from(items)
    .orderBy(...fractOrderBy(items, 'all'));
  expect(all.map(({ board, name }) => `${board}${name}`)).toEqual(['1a', '1c', '1b', '2a']);
  await expect(order.after('a')).rejects.toThrow(/several columns/);
});

test("the column's types and declaration", () => {
  expectTypeOf<typeof cards.$inferSelect.position>().toEqualTypeOf<string>();
  expectTypeOf<typeof cards.$inferInsert>().toEqualTypeOf<{
    id: string;
    list: string;
    title?: string | null | undefined;
    position: string;
  }>();
  expect(() =>
    crrTable('t', {
      id: text('id').primaryKey().notNull(),
      position: fractIndex('position', { within: ['lists'] }),
    }),
  ).toThrow(/no such property/);
  expect(() => fractOrder({}, cards, 'title')).toThrow(/no order key/);
});
