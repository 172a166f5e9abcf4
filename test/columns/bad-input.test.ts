/** What column types refuse: where it is written, on every engine, and where it is declared. */
import { sql } from 'drizzle-orm';
import { integer, sqliteTable, sqliteTableCreator, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { wireOffset } from '../../src/columns/versions.js';
import {
  asCrr,
  type Change,
  counter,
  crrTable,
  explainError,
  fractIndex,
  fractOrder,
  increment,
  lww,
  mvr,
  packKey,
} from '../../src/index.js';
import { readTableSpec } from '../../src/schema/read-spec.js';
import { dump } from '../support/dump.js';
import { describeEachEngine } from '../support/engines.js';
import { exchange, openSite } from '../support/site.js';

const items = crrTable('items', {
  id: text('id').primaryKey().notNull(),
  votes: counter('votes'),
  owner: mvr(text('owner')),
  size: mvr(integer('size').notNull().default(1)),
  mood: lww(text('mood').notNull().default('fine'), { by: 'time' }),
  position: fractIndex('position'),
});
const schema = { items };
const MAX = 2n ** 63n - 1n;
/** What a counter shows at most. */
const MOST_SHOWN = 2n ** 53n - 1n;
const codeOf = (error: unknown) => (explainError(error) as { code?: string }).code;

describeEachEngine('a write', (engine) => {
  test('of what a counter or an order key cannot hold is refused whole, by raw SQL', async () => {
    const client = await engine.open();
    const db = await openSite(schema, client);
    const peer = await openSite(schema);
    await db.insert(items).values({ id: 'a', votes: 5, owner: 'Ada', position: 'a ' });
    await exchange(db, peer);
    await peer.update(items).set({ votes: increment(items.votes, -100) });
    await exchange(db, peer);
    await client.execute(
      `INSERT INTO items (id, votes, position) VALUES ('max', ${MOST_SHOWN}, 'a!')`,
    );
    const before = await dump(client);
    const insert = (votes: string) =>
      `INSERT INTO items (id, votes, position) VALUES ('x', ${votes}, 'a"')`;
    const type = 'CRR_DATABASE_COUNTER_TYPE';
    const overflow = 'CRR_DATABASE_COUNTER_OVERFLOW';
    const notNull = /NOT ?NULL|CONSTRAINT/;
    const refused: [statement: string, code: string | RegExp][] = [
      [insert("'many'"), type],
      [insert('1.5'), type],
      [insert("x'01'"), type],
      [insert('9223372036854775808'), overflow],
      [insert('-1e300'), overflow],
      [insert('NULL'), notNull],
      [insert('1.5').replace('INSERT', 'INSERT OR REPLACE').replace("'x'", "'a'"), type],
      [`${insert('1').replace("'x'", "'a'")} ON CONFLICT (id) DO UPDATE SET votes = 'many'`, type],
      ["UPDATE items SET votes = 'many' WHERE id = 'a'", type],
      ["UPDATE items SET votes = votes / 2.0 WHERE id = 'a'", type],
      ["UPDATE items SET votes = x'00', owner = 'Ben' WHERE id = 'a'", type],
      ["UPDATE items SET votes = NULL WHERE id = 'a'", notNull],
      // One row is fine, and the other takes it down with it.
      ['UPDATE items SET votes = votes + 1', overflow],
      // The row would be another one, with a counter all the same.
      ["UPDATE items SET id = 'b', votes = 0.5 WHERE id = 'a'", type],
      // The peer took 100 away: the own share would be MAX + 100.
      [`UPDATE items SET votes = ${MAX} WHERE id = 'a'`, overflow],
      ["UPDATE items SET position = NULL WHERE id = 'a'", notNull],
      ["INSERT INTO items (id, position) VALUES ('x', NULL)", notNull],
      ["INSERT INTO items (id) VALUES ('x')", notNull],
    ];
    for (const [statement, code] of refused) {
      const error = await client.execute(statement).then(
        () => new Error('it was written'),
        (error: unknown) => error,
      );
      expect(codeOf(error), statement).toMatch(code);
    }
    expect(await dump(client)).toBe(before);
    // What SQLite itself takes for an integer is one.
    await client.execute("UPDATE items SET votes = '7' WHERE id = 'a'");
    await client.execute("UPDATE items SET votes = votes + 1.0 WHERE id = 'a'");
    const { rows } = await client.execute(
      "SELECT votes, typeof(votes) AS type FROM items WHERE id = 'a'",
    );
    expect(rows).toMatchObject([{ votes: 8, type: 'integer' }]);
  });

  test('through Drizzle: single, in a batch and in a transaction', async () => {
    const client = await engine.open();
    const db = await openSite(schema, client);
    await db.insert(items).values({ id: 'a', position: 'a ' });
    const before = await dump(client);
    const code = 'CRR_DATABASE_COUNTER_TYPE';
    const half = () => db.update(items).set({ votes: 0.5 });
    const owner = () => db.update(items).set({ owner: 'Ada' });
    const message = '"items"."votes" is a counter and takes integers only: nothing was written';
    await expect(
      half().catch((error: unknown) => Promise.reject(explainError(error))),
    ).rejects.toMatchObject({ code, message });
    await expect(db.batch([owner(), half()])).rejects.toMatchObject({ code, message });
    const both = db.transaction(async (tx) => {
      await tx.update(items).set({ owner: 'Ada' });
      await tx.update(items).set({ votes: 'many' as never });
    });
    await expect(both).rejects.toMatchObject({ code, message });
    // @ts-expect-error an order key is never null
    await expect(db.update(items).set({ position: null })).rejects.toThrow();
    // @ts-expect-error nor left out
    await expect((async () => db.insert(items).values({ id: 'b' }))()).rejects.toThrow();
    expect(await dump(client)).toBe(before);
  });
});

describe('apply() refuses a whole batch for one cell that no site can have sent:', () => {
  const [ofCounter, ofRegister] = [
    wireOffset({ kind: { type: 'counter' } }),
    wireOffset({ kind: { type: 'mvr' } }),
  ];
  const change: Change = {
    table: 'items',
    pk: packKey(['a']),
    cid: 'votes',
    val: 1n,
    col_version: ofCounter + 1,
    db_version: 1,
    site_id: new Uint8Array(16).fill(7),
    cl: 1,
    seq: 0,
  };
  const fine: Change = { ...change, cid: 'position', val: 'a ', col_version: 1 };
  const cases: [name: string, Partial<Change>, code: string][] = [
    ['text for a counter', { val: '1' }, 'CRR_CHANGE_VALUE'],
    ['a real for a counter', { val: 1 }, 'CRR_CHANGE_VALUE'],
    ['null for a counter', { val: null }, 'CRR_CHANGE_VALUE'],
    ['bytes for a counter', { val: new Uint8Array(1) }, 'CRR_CHANGE_VALUE'],
    ['an integer beyond 64 bits', { val: 2n ** 63n }, 'CRR_CHANGE_VALUE'],
    ['a fraction for a version', { col_version: ofCounter + 0.5 }, 'CRR_CHANGE_VERSION'],
    ['a negative version', { col_version: -1 }, 'CRR_CHANGE_VERSION'],
    ['a version beyond 2^53', { col_version: 2 ** 53 }, 'CRR_CHANGE_VERSION'],
    ['a cell of a deleted row', { cl: 2 }, 'CRR_CHANGE_MALFORMED'],
    [
      'an overwritten value that is still there',
      { cid: 'owner', val: 'Ada', col_version: ofRegister + 3 },
      'CRR_CHANGE_VALUE',
    ],
    [
      'null for a register that is NOT NULL',
      { cid: 'size', val: null, col_version: ofRegister + 2 },
      'CRR_CHANGE_VALUE',
    ],
    [
      'the same from before it was a register',
      { cid: 'size', val: null, col_version: 2 },
      'CRR_CHANGE_VALUE',
    ],
    ['null for an order key', { cid: 'position', val: null, col_version: 1 }, 'CRR_CHANGE_VALUE'],
  ];
  test.each(cases)('%s', async (_, part, code) => {
    const db = await openSite(schema);
    const before = await dump(db.$client);
    await expect(db.$crr.apply([fine, { ...change, ...part }])).rejects.toMatchObject({
      code,
      index: 1,
    });
    expect(await dump(db.$client)).toBe(before);
  });

  test('and takes what is odd but sound', async () => {
    const db = await openSite(schema);
    await db.$crr.apply([
      fine,
      { ...change, val: -MAX - 1n },
      { ...change, cid: 'owner', val: null, col_version: ofRegister + 2 },
      { ...change, cid: 'size', val: null, col_version: ofRegister + 3 },
      // A site whose column has no NOT NULL yet may have written it.
      { ...change, cid: 'mood', val: null, col_version: 2 ** 50 },
    ]);
    const { owner, size, position, mood, votes } = items;
    const shown = { owner, size, position, mood, votes };
    expect(await db.select(shown).from(items)).toEqual([
      { owner: null, size: 1, position: 'a ', mood: 'fine', votes: -Number(MOST_SHOWN) },
    ]);
    // The own share would have to be 2^63, and is the nearest integer.
    await db.$client.execute("UPDATE items SET votes = 0, size = 2 WHERE id = 'a'");
    expect(await db.select(shown).from(items)).toMatchObject([{ size: 2, votes: -1 }]);
  });
});

describe('what is declared or called wrongly says so', () => {
  const key = { id: text('id').primaryKey().notNull() };
  const plain = sqliteTable('plain', { id: text('id').primaryKey(), n: integer('n') });
  const cases: [name: string, run: () => unknown, message: RegExp][] = [
    ['increment() of a plain number', () => increment(plain.n), /"n" is not a counter/],
    ['increment() by a fraction', () => increment(items.votes, 0.1), /safe integer/],
    ['mvr() of a name', () => mvr('status' as never), /takes a column/],
    ['lww() of nothing', () => lww(undefined as never), /takes a column/],
    [
      'fractIndex() misspelt',
      () => fractIndex('p', { wihtin: ['a'] } as object),
      /no option "wihtin"/,
    ],
    [
      'a counter with another default',
      () => crrTable('t', { ...key, n: counter('n').default(1) }),
      /default 0/,
    ],
    [
      'a register that nothing stands for at first',
      () => crrTable('t', { ...key, n: mvr(text('n').notNull()) }),
      /drop \.notNull\(\)/,
    ],
    [
      'an order of another table',
      () => fractOrder({}, plain as never, 'n' as never),
      /no order key "n"/,
    ],
  ];
  test.each(cases)('%s', (_, run, message) => {
    expect(run).toThrow(message);
  });

  test('$crr of a table that is none', async () => {
    const db = await openSite(schema);
    const code = 'CRR_USAGE_OPTION';
    await expect(db.$crr.conflicts(plain)).rejects.toMatchObject({ code });
    await expect(db.$crr.conflicts(undefined as never)).rejects.toMatchObject({ code });
    await expect(db.$crr.contributions(items, { id: 'a' }, 'owner')).rejects.toMatchObject({
      code,
    });
    await expect(db.$crr.contributions(items, {}, 'votes')).rejects.toMatchObject({ code });
    await expect(fractOrder(db, items, 'position').after(sql`'a'` as never)).rejects.toMatchObject({
      code: 'CRR_USAGE_ORDER',
    });
  });
});

test('types are kept by whoever makes the table', () => {
  const columns = () => ({
    id: text('id').primaryKey().notNull(),
    n: counter(),
    r: mvr(text('r')).default('x'),
    p: fractIndex({ within: ['n'] }),
    t: lww(text('t'), { by: 'time' }),
  });
  const prefixed = sqliteTableCreator((name) => `app_${name}`);
  const tables = [
    crrTable('t', columns()),
    crrTable('t', () => columns()),
    asCrr(sqliteTable('t', columns())),
    asCrr(prefixed('t', columns())),
    asCrr(asCrr(sqliteTable('t', columns()), { by: 'time' })),
  ];
  for (const table of tables) {
    const spec = readTableSpec(table);
    expect(spec.cellColumns.map(({ name, kind }) => [name, kind.type])).toEqual([
      ['n', 'counter'],
      ['r', 'mvr'],
    ]);
    expect(spec.clockColumns.map(({ name, kind }) => [name, kind])).toEqual([
      ['p', { type: 'fractIndex', within: ['n'] }],
      ['t', { type: 'lwwByTime' }],
    ]);
  }
});
