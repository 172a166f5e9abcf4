/** What migrations do to rows that are parked or masked: options of an index, NOT NULL, and other keys. */
import { integer, primaryKey, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { counter, crrTable } from '../../src/index.js';
import { exchange, Site } from './constrained-site.js';

const id = () => text('id').primaryKey().notNull();
type Option = 'null' | 'suffix' | 'park';
const OPTIONS: readonly Option[] = ['null', 'suffix', 'park'];
const CHANGES = OPTIONS.flatMap((from) =>
  OPTIONS.filter((to) => to !== from).map((to) => [from, to] as const),
);

const accounts = (option: Option | 'none') => ({
  accounts: crrTable(
    'accounts',
    { id: id(), email: text('email'), n: integer('n') },
    (t) => (option === 'none' ? [] : [uniqueIndex('accounts_email').on(t.email)]),
    option === 'none' ? {} : { unique: { accounts_email: option } },
  ),
});
const ADD = 'CREATE UNIQUE INDEX accounts_email ON accounts (email)';
const DROP = 'DROP INDEX accounts_email';
const ALL = 'SELECT id, email, n FROM accounts ORDER BY id';

async function withIndex(option: Option): Promise<Site> {
  const site = await Site.open(accounts('none'));
  await site.migrate(accounts(option), [ADD]);
  return site;
}

const SHOWN: Readonly<Record<Option, unknown[][]>> = {
  null: [
    ['a1', 'x', 1],
    ['a2', null, 2],
    ['a3', null, 3],
  ],
  suffix: [
    ['a1', 'x', 1],
    ['a2', 'x~a2', 2],
    ['a3', 'x~a3', 3],
  ],
  park: [['a1', 'x', 1]],
};

describe('the option of a unique index changes', () => {
  const conflicting = async (option: Option) => {
    const [a, b] = [await withIndex(option), await withIndex(option)];
    const c = await withIndex(option);
    await a.run("INSERT INTO accounts VALUES ('a1', 'x', 1)");
    await b.run("INSERT INTO accounts VALUES ('a2', 'x', 2)");
    await c.run("INSERT INTO accounts VALUES ('a3', 'x', 3)");
    for (const site of [b, c]) await exchange(a, site);
    expect(await a.rows(ALL)).toEqual(SHOWN[option]);
    return a;
  };
  const expectTruth = async (site: Site) => {
    const [peer] = [await Site.open(accounts('none'))];
    await peer.pull(site);
    expect(await peer.rows(ALL)).toEqual([
      ['a1', 'x', 1],
      ['a2', 'x', 2],
      ['a3', 'x', 3],
    ]);
  };

  test.each(CHANGES)('from %s to %s, by a migration', async (from, to) => {
    const site = await conflicting(from);
    await site.migrate(accounts(to), []);
    await expectTruth(site);
    await site.db.$crr.apply([]);
    expect(await site.rows(ALL)).toEqual(SHOWN[to]);
    await expectTruth(site);
  });

  test.each(CHANGES)('from %s to %s, by install()', async (from, to) => {
    const site = await conflicting(from);
    site.tables = accounts(to);
    await site.db.$crr.install();
    await site.db.$crr.apply([]);
    expect(await site.rows(ALL)).toEqual(SHOWN[to]);
    await expectTruth(site);
  });

  test.each(CHANGES)('from %s to %s and back, with no apply in between', async (from, to) => {
    const site = await conflicting(from);
    await site.migrate(accounts(to), []);
    await site.migrate(accounts(from), []);
    const { shown } = await site.db.$crr.apply([]);
    expect(shown).toEqual([]);
    expect(await site.rows(ALL)).toEqual(SHOWN[from]);
    await expectTruth(site);
  });

  test.each(CHANGES)('from %s to %s, while rows are written by hand', async (from, to) => {
    const site = await conflicting(from);
    await site.migrate(accounts(to), []);
    await site.run("UPDATE accounts SET email = 'y', n = 9 WHERE id = 'a1'");
    await site.db.$crr.apply([]);
    const freed = {
      null: [
        ['a2', 'x', 2],
        ['a3', null, 3],
      ],
      suffix: [
        ['a2', 'x', 2],
        ['a3', 'x~a3', 3],
      ],
      park: [['a2', 'x', 2]],
    };
    expect(await site.rows(ALL)).toEqual([['a1', 'y', 9], ...freed[to]]);
    await site.migrate(accounts('none'), [DROP]);
    expect(await site.rows(ALL)).toEqual([
      ['a1', 'y', 9],
      ['a2', 'x', 2],
      ['a3', 'x', 3],
    ]);
  });
});

describe('a column becomes NOT NULL', () => {
  const people = (n: 'may be NULL' | 'required', index = true) => ({
    people: crrTable(
      'people',
      {
        id: id(),
        name: text('name').notNull(),
        n: n === 'required' ? integer('n').notNull() : integer('n'),
      },
      (t) => (index ? [uniqueIndex('people_name').on(t.name)] : []),
      index ? { unique: { people_name: 'park' } } : {},
    ),
  });
  const INDEX = 'CREATE UNIQUE INDEX people_name ON people (name)';
  const rebuilt = [
    'CREATE TABLE __new_people (id text PRIMARY KEY NOT NULL, name text NOT NULL, n integer NOT NULL)',
    'INSERT INTO __new_people (id, name, n) SELECT id, name, n FROM people',
    'DROP TABLE people',
    'ALTER TABLE __new_people RENAME TO people',
    INDEX,
  ];
  const open = async () => {
    const site = await Site.open(people('may be NULL', false));
    await site.migrate(people('may be NULL'), [INDEX]);
    return site;
  };
  const PEOPLE = 'SELECT id, name, n FROM people ORDER BY id';

  test('without a default, and a parked row has NULL: it stays parked as rejected until it has a value', async () => {
    const [a, b] = [await open(), await open()];
    await a.run("INSERT INTO people VALUES ('p1', 'ann', 1)");
    await b.run("INSERT INTO people VALUES ('p2', 'ann', NULL), ('p3', 'cy', 3)");
    await a.pull(b);
    await a.migrate(people('required'), rebuilt);
    await a.run("UPDATE people SET name = 'bob' WHERE id = 'p1'");
    await a.db.$crr.apply([]);
    expect(await a.rows(PEOPLE)).toEqual([
      ['p1', 'bob', 1],
      ['p3', 'cy', 3],
    ]);
    expect(await a.db.$crr.conflicts(a.tables.people as never)).toMatchObject([
      { reason: 'rejected', row: { id: 'p2', name: 'ann', n: null } },
    ]);
    // The rest goes on.
    await b.run("INSERT INTO people VALUES ('p4', 'dan', 4)");
    const { changes } = await b.db.$crr.changes();
    await a.db.$crr.apply(changes.filter(({ val }) => val !== null));
    expect((await a.rows(PEOPLE)).map(([key]) => key)).toEqual(['p1', 'p3', 'p4']);
    await b.run("UPDATE people SET n = 2 WHERE id = 'p2'");
    await a.pull(b);
    expect((await a.rows(PEOPLE))[1]).toEqual(['p2', 'ann', 2]);
  });

  const emails = (
    email: 'may be NULL' | 'required' | 'has a default',
    loser?: 'suffix' | 'park',
  ) => ({
    accounts: crrTable(
      'accounts',
      {
        id: id(),
        email:
          email === 'may be NULL'
            ? text('email')
            : email === 'required'
              ? text('email').notNull()
              : text('email').notNull().default('none'),
        n: integer('n'),
      },
      (t) => [uniqueIndex('accounts_email').on(t.email)],
      loser === undefined ? {} : { unique: { accounts_email: loser } },
    ),
  });
  test.each([
    ['required', 'suffix', ''],
    ['required', 'park', ''],
    ['has a default', 'suffix', "DEFAULT 'none' "],
    ['has a default', 'park', "DEFAULT 'none' "],
  ] as const)(
    '%s, and masked rows show NULL there: their values stay, shown by %s',
    async (email, loser, ddl) => {
      const sites = [await withIndex('null'), await withIndex('null'), await withIndex('null')];
      const [a, b, c] = sites as [Site, Site, Site];
      await a.run("INSERT INTO accounts VALUES ('a1', 'x', 1)");
      await b.run("INSERT INTO accounts VALUES ('a2', 'x', 2)");
      await c.run("INSERT INTO accounts VALUES ('a3', 'x', 3)");
      for (const site of [b, c]) await exchange(a, site);
      const facts = async () =>
        (await a.db.$crr.changes()).changes.map(
          ({ cid, val, col_version, site_id }) => `${cid}=${val} v${col_version} ${site_id}`,
        );
      const before = await facts();
      await a.migrate(emails(email, loser), [
        `CREATE TABLE __new_accounts (id text PRIMARY KEY NOT NULL, email text ${ddl}NOT NULL, n integer)`,
        'INSERT INTO __new_accounts (id, email, n) SELECT id, email, n FROM accounts',
        'DROP TABLE accounts',
        'ALTER TABLE __new_accounts RENAME TO accounts',
        ADD,
      ]);
      expect(await facts()).toEqual(before);
      await a.db.$crr.apply([]);
      expect(await a.rows(ALL)).toEqual(SHOWN[loser]);
      expect(await facts()).toEqual(before);
      await a.run("UPDATE accounts SET email = 'y' WHERE id = 'a1'");
      await a.db.$crr.apply([]);
      expect((await a.rows(ALL))[1]).toEqual(['a2', 'x', 2]);
    },
  );
});

test('a number with a unique index becomes NOT NULL, and masked rows show NULL there', async () => {
  const seats = (required: boolean, loser: 'null' | 'park' | 'none') => ({
    seats: crrTable(
      'seats',
      { id: id(), number: required ? integer('number').notNull() : integer('number') },
      (t) => (loser === 'none' ? [] : [uniqueIndex('seats_number').on(t.number)]),
      loser === 'none' ? {} : { unique: { seats_number: loser } },
    ),
  });
  const index = 'CREATE UNIQUE INDEX seats_number ON seats (number)';
  const [a, b] = [await Site.open(seats(false, 'none')), await Site.open(seats(false, 'none'))];
  for (const site of [a, b]) await site.migrate(seats(false, 'null'), [index]);
  await a.run("INSERT INTO seats VALUES ('s1', -7), ('s4', 3)");
  await b.run("INSERT INTO seats VALUES ('s2', -7), ('s5', 3)");
  await a.pull(b);
  const SEATS = 'SELECT id, number FROM seats ORDER BY id';
  expect(await a.rows(SEATS)).toContainEqual(['s5', null]);
  await a.migrate(seats(true, 'park'), [
    'CREATE TABLE __new_seats (id text PRIMARY KEY NOT NULL, number integer NOT NULL)',
    'INSERT INTO __new_seats SELECT id, number FROM seats',
    'DROP TABLE seats',
    'ALTER TABLE __new_seats RENAME TO seats',
    index,
  ]);
  await a.db.$crr.apply([]);
  expect(await a.rows(SEATS)).toEqual([
    ['s1', -7],
    ['s4', 3],
  ]);
  await a.run("DELETE FROM seats WHERE id = 's4'");
  await a.db.$crr.apply([]);
  expect(await a.rows(SEATS)).toEqual([
    ['s1', -7],
    ['s5', 3],
  ]);
});

test('a reference becomes NOT NULL with a default, and shows NULL because its parent is not there', async () => {
  const blog = (required: boolean) => {
    const users = crrTable('users', { id: id() });
    const posts = crrTable('posts', {
      id: id(),
      author: required
        ? text('author')
            .notNull()
            .default('u0')
            .references(() => users.id)
        : text('author').references(() => users.id),
    });
    return { users, posts };
  };
  const [a, b] = [await Site.open(blog(false)), await Site.open(blog(false))];
  await a.run("INSERT INTO users VALUES ('u0')");
  await b.run("INSERT INTO users VALUES ('u9')", "INSERT INTO posts VALUES ('p1', 'u9')");
  const { changes } = await b.db.$crr.changes();
  await a.db.$crr.apply(changes.filter(({ table }) => table === 'posts'));
  expect(await a.rows('SELECT * FROM posts')).toEqual([['p1', null]]);
  const sent = async () =>
    (await a.db.$crr.changes()).changes.map(({ table, cid, val }) => `${table}.${cid}=${val}`);
  const before = await sent();
  await a.migrate(blog(true), [
    "CREATE TABLE __new_posts (id text PRIMARY KEY NOT NULL, author text DEFAULT 'u0' NOT NULL REFERENCES users (id))",
    'INSERT INTO __new_posts SELECT id, author FROM posts',
    'DROP TABLE posts',
    'ALTER TABLE __new_posts RENAME TO posts',
  ]);
  expect(await sent()).toEqual(before);
  await a.db.$crr.apply([]);
  expect(await a.rows('SELECT * FROM posts')).toEqual([]);
  await a.db.$crr.apply(changes);
  expect(await a.rows('SELECT * FROM posts')).toEqual([['p1', 'u9']]);
});

describe('the key changes', () => {
  type Kind = 'by id' | 'by id and kind' | 'by code' | 'by code, free';
  const rest = () => ({
    code: text('code').notNull(),
    name: text('name').notNull(),
    n: integer('n'),
    hits: counter('hits'),
  });
  const byIdAndKind = { id: text('id').notNull(), kind: text('kind').notNull().default('x') };
  const byCode = () => ({
    ...rest(),
    id: text('id').notNull(),
    code: text('code').primaryKey().notNull(),
  });
  const items = (kind: Kind, loser: 'suffix' | 'park') => {
    const option = { unique: { items_name: loser } };
    switch (kind) {
      case 'by id':
        return {
          items: crrTable(
            'items',
            { id: id(), ...rest() },
            (t) => [uniqueIndex('items_name').on(t.name)],
            option,
          ),
        };
      case 'by id and kind':
        return {
          items: crrTable(
            'items',
            { ...byIdAndKind, ...rest() },
            (t) => [primaryKey({ columns: [t.id, t.kind] }), uniqueIndex('items_name').on(t.name)],
            option,
          ),
        };
      case 'by code':
        return {
          items: crrTable('items', byCode(), (t) => [uniqueIndex('items_name').on(t.name)], option),
        };
      default:
        return { items: crrTable('items', byCode()) };
    }
  };
  const INDEX = 'CREATE UNIQUE INDEX items_name ON items (name)';
  const rebuilt = (key: string, more = '', index = true) => [
    `CREATE TABLE __new_items (id text NOT NULL, code text NOT NULL, name text NOT NULL, n integer, ${more}hits integer DEFAULT 0 NOT NULL, PRIMARY KEY (${key}))`,
    'INSERT INTO __new_items (id, code, name, n, hits) SELECT id, code, name, n, hits FROM items',
    'DROP TABLE items',
    'ALTER TABLE __new_items RENAME TO items',
    ...(index ? [INDEX] : []),
  ];
  const MIGRATIONS = {
    'by id and kind': rebuilt('id, kind', "kind text DEFAULT 'x' NOT NULL, "),
    'by code': rebuilt('code'),
    'by code, free': rebuilt('code', '', false),
  };
  const ITEMS = 'SELECT id, code, name, n, hits FROM items ORDER BY id';
  const open = async (loser: 'suffix' | 'park') => {
    const site = await Site.open({ items: crrTable('items', { id: id(), ...rest() }) });
    await site.migrate(items('by id', loser), [INDEX]);
    return site;
  };
  /** i2 has lost its name to i1, at both sites. */
  const conflicting = async (loser: 'suffix' | 'park') => {
    const [a, b] = [await open(loser), await open(loser)];
    await a.run("INSERT INTO items (id, code, name, n) VALUES ('i1', 'c1', 'ann', 1)");
    await b.run(
      "INSERT INTO items (id, code, name, n) VALUES ('i2', 'c2', 'ann', 2)",
      "UPDATE items SET hits = 5 WHERE id = 'i2'",
    );
    await exchange(a, b);
    // What is aside of a row that is shown is old now, but for what is masked.
    if (loser === 'suffix') await a.run("UPDATE items SET n = 3, code = 'c3' WHERE id = 'i2'");
    await exchange(a, b);
    return [a, b] as const;
  };
  const second = (loser: 'suffix' | 'park', name: string) =>
    loser === 'suffix' ? ['i2', 'c3', name, 3, 5] : ['i2', 'c2', name, 2, 5];

  const NEXT = ['by id and kind', 'by code'] as const;
  test.each(
    NEXT.flatMap((next) => (['suffix', 'park'] as const).map((loser) => [next, loser] as const)),
  )('%s, and rows that %s go along', async (next, loser) => {
    const [a, b] = await conflicting(loser);
    for (const site of [a, b]) {
      await site.migrate(items(next, loser), MIGRATIONS[next]);
      await site.db.$crr.apply([]);
      expect(await site.rows(ITEMS)).toEqual([
        ['i1', 'c1', 'ann', 1, 0],
        ...(loser === 'park' ? [] : [second(loser, next === 'by code' ? 'ann~c3' : 'ann~i2~x')]),
      ]);
    }
    await exchange(a, b);
    // The winner gives the name up at one site.
    await b.run("UPDATE items SET name = 'bob' WHERE id = 'i1'");
    await exchange(a, b);
    for (const site of [a, b]) {
      expect(await site.rows(ITEMS)).toEqual([['i1', 'c1', 'bob', 1, 0], second(loser, 'ann')]);
    }
    // A site that was never there gets the same.
    const c = await open(loser);
    await c.migrate(items(next, loser), MIGRATIONS[next]);
    await c.pull(a);
    expect(await c.rows(ITEMS)).toEqual(await a.rows(ITEMS));
  });

  test.each(['suffix', 'park'] as const)(
    'and no constraint is left: rows that %s are shown at once',
    async (loser) => {
      const [a, b] = await conflicting(loser);
      for (const site of [a, b]) {
        await site.migrate(items('by code, free', loser), MIGRATIONS['by code, free']);
        expect(await site.rows(ITEMS)).toEqual([['i1', 'c1', 'ann', 1, 0], second(loser, 'ann')]);
      }
      await b.run("UPDATE items SET n = 9 WHERE id = 'i2'");
      await exchange(a, b);
      expect(await a.rows(ITEMS)).toEqual(await b.rows(ITEMS));
    },
  );

  test('without a migration of ours, and install() makes the bookkeeping again', async () => {
    for (const loser of ['suffix', 'park'] as const) {
      const [a] = await conflicting(loser);
      const triggers = (await a.rows(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'items%'",
      )) as string[][];
      await a.run(...triggers.map(([name]) => `DROP TRIGGER "${name}"`));
      await a.client.migrate(MIGRATIONS['by id and kind']);
      a.tables = items('by id and kind', loser);
      await a.db.$crr.install();
      await a.run("UPDATE items SET name = 'bob' WHERE id = 'i1'");
      await a.db.$crr.apply([]);
      expect(await a.rows(ITEMS)).toEqual([['i1', 'c1', 'bob', 1, 0], second(loser, 'ann')]);
    }
  });

  test('and a parked row would have the key of another: the one that is shown stays', async () => {
    const [a, b] = [await open('park'), await open('park')];
    await a.run("INSERT INTO items (id, code, name) VALUES ('i1', 'c1', 'ann')");
    await b.run(
      "INSERT INTO items (id, code, name) VALUES ('i2', 'c1', 'ann'), ('i3', 'c4', 'bea')",
    );
    const c = await open('park');
    await c.run("INSERT INTO items (id, code, name) VALUES ('i4', 'c4', 'ann')");
    await exchange(a, b);
    await exchange(a, c);
    await a.migrate(items('by code', 'park'), MIGRATIONS['by code']);
    await a.run("UPDATE items SET name = 'bob' WHERE id = 'i1'");
    await a.db.$crr.apply([]);
    expect(await a.rows('SELECT id, code, name FROM items ORDER BY id')).toEqual([
      ['i1', 'c1', 'bob'],
      ['i3', 'c4', 'bea'],
    ]);
    expect(await a.db.$crr.conflicts(a.tables.items as never)).toEqual([]);
  });
});
