/** Constraints of a table with rows come, change and go, while rows are parked or masked. */

import { integer, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { counter, crrTable } from '../../src/index.js';
import { Random, seedFromEnv } from '../support/random.js';
import { exchange, Site, type Tables } from './constrained-site.js';

const id = () => text('id').primaryKey().notNull();
const USERS = {
  users: crrTable('users', { id: id(), name: text('name').notNull(), n: integer('n') }),
};
const UNIQUE = {
  users: crrTable('users', { id: id(), name: text('name').notNull(), n: integer('n') }, (t) => [
    uniqueIndex('users_name').on(t.name),
  ]),
};
const PARKS = {
  users: crrTable(
    'users',
    { id: id(), name: text('name').notNull(), n: integer('n') },
    (t) => [uniqueIndex('users_name').on(t.name)],
    { unique: { users_name: 'park' } },
  ),
};
const ADD_INDEX = 'CREATE UNIQUE INDEX users_name ON users (name)';
const NAMES = 'SELECT id, name, n FROM users ORDER BY id';

/** With the index as drizzle-kit makes it. */
async function indexed(tables: Tables): Promise<Site> {
  const site = await Site.open(USERS);
  await site.migrate(tables, [ADD_INDEX]);
  return site;
}

describe('a unique index', () => {
  const conflicting = async (tables: Tables) => {
    const [a, b] = [await indexed(tables), await indexed(tables)];
    await a.run("INSERT INTO users VALUES ('u1', 'ann', 1)");
    await b.run("INSERT INTO users VALUES ('u2', 'ann', 2)");
    await exchange(a, b);
    return [a, b] as const;
  };

  test('is dropped: what was masked or parked is shown at once', async () => {
    for (const tables of [UNIQUE, PARKS]) {
      const [a] = await conflicting(tables);
      await a.migrate(USERS, ['DROP INDEX users_name']);
      expect(await a.rows(NAMES)).toEqual([
        ['u1', 'ann', 1],
        ['u2', 'ann', 2],
      ]);
    }
  });

  test('changes its option: rows are masked instead of parked, and the other way round', async () => {
    const [a, b] = await conflicting(PARKS);
    expect(await a.rows(NAMES)).toEqual([['u1', 'ann', 1]]);
    await a.migrate(UNIQUE, []);
    await a.db.$crr.apply([]);
    expect(await a.rows(NAMES)).toEqual([
      ['u1', 'ann', 1],
      ['u2', 'ann~u2', 2],
    ]);
    await a.migrate(PARKS, []);
    await a.db.$crr.apply([]);
    expect(await a.rows(NAMES)).toEqual([['u1', 'ann', 1]]);
    await a.migrate(USERS, ['DROP INDEX users_name']);
    await b.migrate(USERS, ['DROP INDEX users_name']);
    await exchange(a, b);
    expect(await a.rows(NAMES)).toEqual([
      ['u1', 'ann', 1],
      ['u2', 'ann', 2],
    ]);
    expect(await b.rows(NAMES)).toEqual(await a.rows(NAMES));
  });

  test('is added at one site, while another one without it has conflicting rows', async () => {
    const [a, b] = [await Site.open(USERS), await Site.open(USERS)];
    await a.run("INSERT INTO users VALUES ('u1', 'ann', 1)");
    await a.migrate(UNIQUE, [ADD_INDEX]);
    await b.run("INSERT INTO users VALUES ('u2', 'ann', 2), ('u3', 'ann', 3)");
    await exchange(a, b);
    expect(await a.rows(NAMES)).toEqual([
      ['u1', 'ann', 1],
      ['u2', 'ann~u2', 2],
      ['u3', 'ann~u3', 3],
    ]);
    expect(await b.rows(NAMES)).toEqual([
      ['u1', 'ann', 1],
      ['u2', 'ann', 2],
      ['u3', 'ann', 3],
    ]);
  });

  test.each([
    ['masked', UNIQUE],
    ['parked', PARKS],
  ] as const)(
    'its column is renamed, and another is added, dropped and required while a row is %s',
    async (_, tables) => {
      const [a, b] = await conflicting(tables);
      const isParked = tables === PARKS;
      const renamed = {
        users: crrTable(
          'users',
          {
            id: id(),
            label: text('label').notNull(),
            n: integer('n'),
            kind: text('kind').notNull().default('x'),
          },
          (t) => [uniqueIndex('users_name').on(t.label)],
          isParked ? { unique: { users_name: 'park' } } : {},
        ),
      };
      const ddl = [
        'ALTER TABLE users RENAME COLUMN name TO label',
        "ALTER TABLE `users` ADD `kind` text DEFAULT 'x' NOT NULL",
      ];
      await a.migrate(renamed, ddl, { columns: { 'users.name': 'label' } });
      await exchange(a, b);
      const dropped = {
        users: crrTable(
          'users',
          { id: id(), label: text('label').notNull(), kind: text('kind').notNull().default('x') },
          (t) => [uniqueIndex('users_name').on(t.label)],
          isParked ? { unique: { users_name: 'park' } } : {},
        ),
      };
      await a.migrate(dropped, ['ALTER TABLE users DROP COLUMN n']);
      const free = {
        users: crrTable('users', {
          id: id(),
          label: text('label').notNull(),
          kind: text('kind').notNull().default('x'),
        }),
      };
      await a.db.$crr.apply([]);
      await a.run("UPDATE users SET label = 'bob' WHERE id = 'u1'");
      await a.db.$crr.apply([]);
      expect(await a.rows('SELECT id, label, kind FROM users ORDER BY id')).toEqual([
        ['u1', 'bob', 'x'],
        ['u2', 'ann', 'x'],
      ]);
      await b.migrate(renamed, ddl, { columns: { 'users.name': 'label' } });
      await b.migrate(dropped, ['ALTER TABLE users DROP COLUMN n']);
      await b.migrate(free, ['DROP INDEX users_name']);
      await a.migrate(free, ['DROP INDEX users_name']);
      await exchange(a, b);
      expect(await b.rows('SELECT * FROM users ORDER BY id')).toEqual(
        await a.rows('SELECT * FROM users ORDER BY id'),
      );
    },
  );

  test.each([
    ['masked', UNIQUE],
    ['parked', PARKS],
  ] as const)(
    'a column becomes NOT NULL while a row that has NULL there is %s',
    async (_, tables) => {
      const [a, b] = await conflicting(tables);
      await a.run('UPDATE users SET n = NULL');
      await b.run("INSERT INTO users VALUES ('u3', 'ann', NULL)").catch(() => {});
      const to = {
        users: crrTable(
          'users',
          { id: id(), name: text('name').notNull(), n: integer('n').notNull().default(7) },
          (t) => [uniqueIndex('users_name').on(t.name)],
          tables === PARKS ? { unique: { users_name: 'park' } } : {},
        ),
      };
      const c = await indexed(tables);
      await c.run("INSERT INTO users VALUES ('u0', 'ann', 5), ('u4', 'dan', NULL)");
      await exchange(a, c);
      await exchange(b, c);
      await exchange(a, b);
      const ddl = [
        'CREATE TABLE __new_users (id text PRIMARY KEY NOT NULL, name text NOT NULL, n integer DEFAULT 7 NOT NULL)',
        'INSERT INTO __new_users (id, name, n) SELECT id, name, n FROM users',
        'DROP TABLE users',
        'ALTER TABLE __new_users RENAME TO users',
        ADD_INDEX,
      ];
      for (const site of [a, b, c]) await site.migrate(to, ddl);
      for (const site of [a, b, c]) await site.db.$crr.apply([]);
      await exchange(a, b);
      await exchange(b, c);
      await exchange(a, c);
      const free = {
        users: crrTable('users', {
          id: id(),
          name: text('name').notNull(),
          n: integer('n').notNull().default(7),
        }),
      };
      for (const site of [a, b, c]) await site.migrate(free, ['DROP INDEX users_name']);
      for (const site of [b, c]) expect(await site.rows(NAMES)).toEqual(await a.rows(NAMES));
      expect((await a.rows(NAMES)).filter(([, , n]) => n === null)).toEqual([]);
    },
  );
});

const TREE = (parent = 'users', table = 'posts') => {
  const users = crrTable(parent, { id: id(), name: text('name').unique() });
  const posts = crrTable(table, {
    id: id(),
    title: text('title'),
    author: text('author')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    views: counter('views'),
  });
  return { users, posts };
};
const FREE = () => {
  const users = crrTable('users', { id: id(), name: text('name').unique() });
  const posts = crrTable('posts', {
    id: id(),
    title: text('title'),
    author: text('author').notNull(),
    views: counter('views'),
  });
  return { users, posts };
};
const rebuilt = (reference: boolean) => [
  `CREATE TABLE __new_posts (id text PRIMARY KEY NOT NULL, title text, author text NOT NULL, views integer DEFAULT 0 NOT NULL${reference ? ', FOREIGN KEY (author) REFERENCES users (id) ON DELETE cascade' : ''})`,
  'INSERT INTO __new_posts (id, title, author, views) SELECT id, title, author, views FROM posts',
  'DROP TABLE posts',
  'ALTER TABLE __new_posts RENAME TO posts',
];

describe('a reference', () => {
  const orphaned = async () => {
    const [a, b] = [await Site.open(TREE()), await Site.open(TREE())];
    await b.run(
      "INSERT INTO users VALUES ('u1', 'ann')",
      "INSERT INTO posts (id, title, author) VALUES ('p1', 'hi', 'u1')",
      "UPDATE posts SET views = 3 WHERE id = 'p1'",
    );
    const { changes } = await b.db.$crr.changes();
    await a.db.$crr.apply(changes.filter(({ table }) => table === 'posts'));
    expect(await a.rows('SELECT * FROM posts')).toEqual([]);
    return [a, b, changes] as const;
  };

  test('is dropped: parked rows are shown at once, with their counters', async () => {
    const [a] = await orphaned();
    await a.migrate(FREE(), rebuilt(false));
    expect(await a.rows('SELECT id, title, author, views FROM posts')).toEqual([
      ['p1', 'hi', 'u1', 3],
    ]);
  });

  test('is added: rows without their parent are parked by the next apply, and come back with it', async () => {
    const [a, b] = [await Site.open(FREE()), await Site.open(FREE())];
    await a.run("INSERT INTO posts (id, title, author) VALUES ('p1', 'hi', 'u1')");
    await b.run("INSERT INTO users VALUES ('u1', 'ann')");
    await a.migrate(TREE(), rebuilt(true));
    await a.db.$crr.apply([]);
    expect(await a.rows('PRAGMA foreign_key_check')).toEqual([]);
    expect(await a.rows('SELECT * FROM posts')).toEqual([]);
    await exchange(a, b);
    expect(await a.rows('SELECT id, title, author FROM posts')).toEqual([['p1', 'hi', 'u1']]);
    expect(await b.rows('SELECT id, title, author FROM posts')).toEqual([['p1', 'hi', 'u1']]);
  });

  test('its parent is renamed, and its own table, while a row is parked', async () => {
    const [a, b, changes] = await orphaned();
    const ddl = ['ALTER TABLE users RENAME TO people', 'ALTER TABLE posts RENAME TO articles'];
    await a.migrate(TREE('people', 'articles'), ddl, {
      tables: { users: 'people', posts: 'articles' },
    });
    await a.db.$crr.apply(changes);
    expect(await a.rows('SELECT id, title, author, views FROM articles')).toEqual([
      ['p1', 'hi', 'u1', 3],
    ]);
    await b.migrate(TREE('people', 'articles'), ddl, {
      tables: { users: 'people', posts: 'articles' },
    });
    await exchange(a, b);
    expect(await b.rows('SELECT id, title, author, views FROM articles')).toEqual([
      ['p1', 'hi', 'u1', 3],
    ]);
  });
});

const kinds = (n: 'may be NULL' | 7 | 8) => ({
  users: crrTable(
    'users',
    {
      id: id(),
      name: text('name').notNull(),
      n: n === 'may be NULL' ? integer('n') : integer('n').notNull().default(n),
    },
    (t) => [uniqueIndex('users_name').on(t.name)],
    { unique: { users_name: 'park' } },
  ),
});
const rebuiltUsers = (n: number) => [
  `CREATE TABLE __new_users (id text PRIMARY KEY NOT NULL, name text NOT NULL, n integer DEFAULT ${n} NOT NULL)`,
  'INSERT INTO __new_users (id, name, n) SELECT id, name, n FROM users',
  'DROP TABLE users',
  'ALTER TABLE __new_users RENAME TO users',
  ADD_INDEX,
];

test('a parked row has NULL in a column that becomes NOT NULL: it is shown with the default', async () => {
  const [a, b] = [await indexed(kinds('may be NULL')), await indexed(kinds('may be NULL'))];
  await a.run("INSERT INTO users VALUES ('u1', 'ann', 1)");
  await b.run("INSERT INTO users VALUES ('u2', 'ann', NULL)");
  await a.pull(b);
  await a.migrate(kinds(7), rebuiltUsers(7));
  await a.run("UPDATE users SET name = 'bob'");
  await a.db.$crr.apply([]);
  expect(await a.rows(NAMES)).toEqual([
    ['u1', 'bob', 1],
    ['u2', 'ann', 7],
  ]);
  await b.migrate(kinds(7), rebuiltUsers(7));
  await exchange(a, b);
  expect(await b.rows(NAMES)).toEqual(await a.rows(NAMES));
});

test('a default changes while the rows that have it are parked: all sites end with the same', async () => {
  const [a, b] = [await indexed(kinds(7)), await indexed(USERS)];
  await a.run("INSERT INTO users VALUES ('u1', 'ann', 1)");
  await b.run("INSERT INTO users (id, name) VALUES ('u2', 'ann')");
  // Of u2 the other site has no cell "n".
  const { changes } = await b.db.$crr.changes();
  await a.db.$crr.apply(changes.filter(({ cid }) => cid !== 'n'));
  await a.migrate(kinds(8), rebuiltUsers(8));
  await a.run("UPDATE users SET name = 'bob'");
  await a.db.$crr.apply([]);
  const fresh = await indexed(kinds(8));
  await exchange(a, fresh);
  expect(await fresh.rows(NAMES)).toEqual(await a.rows(NAMES));
  expect(await a.rows(NAMES)).toEqual([
    ['u1', 'bob', 1],
    ['u2', 'ann', 7],
  ]);
});

const named = (column: 'name' | 'label', index: 'park' | 'suffix' | 'none') => ({
  users: crrTable(
    'users',
    { id: id(), [column]: text(column).notNull(), n: integer('n').notNull().default(7) },
    (t) => (index === 'none' ? [] : [uniqueIndex('users_name').on(t[column]!)]),
    index === 'none' ? {} : { unique: { users_name: index } },
  ),
});
const VERSIONS: readonly (readonly [
  Tables,
  ddl: readonly string[],
  renames?: Parameters<Site['migrate']>[2],
])[] = [
  [named('name', 'park'), []],
  [named('name', 'suffix'), []],
  [
    named('label', 'suffix'),
    ['ALTER TABLE users RENAME COLUMN name TO label'],
    { columns: { 'users.name': 'label' } },
  ],
  [named('label', 'park'), []],
  [named('label', 'none'), ['DROP INDEX users_name']],
];

const SEEDS = Array.from({ length: 12 }, (_, i) => seedFromEnv() + i);
test.each(SEEDS)(
  'sites that migrate at different times agree, and no row is lost (seed %i)',
  async (seed) => {
    const source = new Random(seed);
    const random = (n: number) => source.int(n);
    const sites: { site: Site; version: number }[] = [];
    for (let i = 0; i < 3; i++) {
      const site = await Site.open(named('name', 'none'));
      await site.migrate(VERSIONS[0]![0], [ADD_INDEX]);
      sites.push({ site, version: 0 });
    }
    const inserted = new Set<string>();
    const migrate = async (at: (typeof sites)[number]) => {
      const [tables, ddl, renames] = VERSIONS[at.version + 1]!;
      await at.site.migrate(tables, ddl, renames);
      at.version++;
    };
    for (let step = 0; step < 40; step++) {
      const at = sites[random(3)]!;
      const column = at.version < 2 ? 'name' : 'label';
      const name = `n${random(4)}`;
      const kind = random(10);
      const refused = (error: unknown) => {
        if (!/UNIQUE constraint failed/.test(String(error))) throw error;
        return undefined;
      };
      if (kind < 4) {
        const key = `u${random(100)}-${step}`;
        const sql = `INSERT INTO users (id, ${column}) VALUES ('${key}', '${name}')`;
        const done = await at.site.client.execute(sql).catch(refused);
        if (done) inserted.add(key);
      } else if (kind < 6) {
        const sql = `UPDATE users SET ${column} = '${name}', n = ${random(9)} WHERE id = (SELECT id FROM users ORDER BY id LIMIT 1 OFFSET ${random(4)})`;
        await at.site.client.execute(sql).catch(refused);
      } else if (kind < 9) await at.site.pull(sites[random(3)]!.site);
      else if (at.version + 1 < VERSIONS.length) await migrate(at);
    }
    for (const at of sites) while (at.version + 1 < VERSIONS.length) await migrate(at);
    for (let round = 0; round < 2; round++) {
      for (const { site } of sites) for (const other of sites) await site.pull(other.site);
    }
    const [first, ...others] = await Promise.all(
      sites.map(({ site }) => site.rows('SELECT id, label, n FROM users ORDER BY id')),
    );
    for (const other of others) expect(other).toEqual(first);
    expect(first!.map(([key]) => key)).toEqual([...inserted].sort());
    // Nobody ever wrote a suffix.
    for (const [, label] of first!) expect(label).toMatch(/^n\d$/);
  },
);
