/**
 * drizzle-kit rebuilds tables that others refer to, and that views read: no row is deleted, wherever the migration
 * runs. drizzle-orm's migrator for libSQL turns foreign keys off outside of the transaction; all others run it in one.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@libsql/client';
import { drizzle as drizzleD1 } from 'drizzle-orm/d1';
import { migrate as migrateD1 } from 'drizzle-orm/d1/migrator';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { Miniflare } from 'miniflare';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { d1 } from '../../src/engines/d1.js';
import { libsqlConnection } from '../../src/engines/libsql.js';
import { withCrr } from '../../src/index.js';
import { checkDatabase, checkFolder } from '../../src/migrate/check.js';
import { loadProject } from '../../src/migrate/config.js';
import { projectSchema } from '../../src/migrate/project-schema.js';
import { sqldBinary, startSqld } from '../../tools/sqld/index.js';
import { openClient } from '../support/client.js';
import { type TestProject, testProject } from '../support/project.js';
import { sampled } from '../support/sampled.js';

/** One database of an application, and how its migrations are run. */
interface Place {
  migrate(folder: string): Promise<void>;
  all(sql: string): Promise<unknown[]>;
  run(statements: readonly string[]): Promise<void>;
  open(schema: Record<string, unknown>): ReturnType<typeof withCrr>;
  connection(): Parameters<typeof checkDatabase>[0];
}

function libsqlPlace(client: Client, runs: (folder: string) => Promise<void>): Place {
  return {
    migrate: runs,
    async all(sql) {
      const { rows } = await client.execute(sql);
      return rows.map((row) => Array.from(row as ArrayLike<unknown>));
    },
    run: async (statements) => void (await client.batch([...statements], 'write')),
    open: (schema) => withCrr(drizzle({ client }), { schema }) as never,
    connection: () => libsqlConnection(client),
  };
}

/** Each migration in a transaction with foreign keys on, as most drivers run them. */
function inBatches(client: Client, upTo = () => Number.POSITIVE_INFINITY): Place {
  let done = 0;
  return libsqlPlace(client, async (folder) => {
    const migrations = readMigrationFiles({ migrationsFolder: folder }) as { sql: string[] }[];
    for (const { sql } of migrations.slice(done, upTo())) {
      await client.batch(
        sql.filter((text) => text.trim() !== ''),
        'write',
      );
      done++;
    }
  });
}

const PLACES: Readonly<Record<string, (folder: string) => Promise<Place>>> = {
  'libSQL file, by its migrator': async (folder) => {
    const client = openClient({ url: `file:${join(folder, 'migrator.db')}` });
    return libsqlPlace(client, (out) => migrate(drizzle({ client }), { migrationsFolder: out }));
  },
  'libSQL file, in a transaction': async (folder) =>
    inBatches(openClient({ url: `file:${join(folder, 'batch.db')}` })),
  ...(sqldBinary() !== undefined && {
    'sqld, in a transaction': async () => {
      const server = (await startSqld())!;
      onTestFinished(() => server.stop());
      return inBatches(openClient({ url: server.httpUrl }));
    },
  }),
  D1: async () => {
    const miniflare = new Miniflare({
      modules: true,
      script: 'export default { fetch: () => new Response() }',
      compatibilityDate: '2024-09-01',
      d1Databases: { DB: 'rebuild' },
    });
    onTestFinished(() => miniflare.dispose());
    const database = await miniflare.getD1Database('DB');
    const place: Place = {
      migrate: (out) => migrateD1(drizzleD1(database as never), { migrationsFolder: out }),
      all: async (sql) => (await database.prepare(sql).raw()) as unknown[],
      run: async (statements) =>
        void (await database.batch(statements.map((sql) => database.prepare(sql)))),
      open: (schema) => withCrr(drizzleD1(database as never), { schema }) as never,
      connection: () => d1.connect(database, {}) as never,
    };
    return place;
  },
};

const IMPORTS = `import { sql } from 'drizzle-orm';
import { check, integer, sqliteTable, sqliteView, text } from 'drizzle-orm/sqlite-core';
import { crrTable } from 'drizzle-crr';
`;
interface Version {
  readonly table: 'sqliteTable' | 'crrTable';
  readonly users?: string;
  readonly usersMore?: string;
  readonly posts?: string;
  readonly postsMore?: string;
  readonly more?: string;
}
const schemaOf = ({
  table,
  users = '',
  usersMore = '',
  posts = '',
  postsMore = '',
  more = '',
}: Version) => `${IMPORTS}
export const users = ${table}('users', {
  id: text('id').primaryKey().notNull(),
  name: text('name').unique(),
  boss: text('boss').references(() => users.id, { onDelete: 'cascade' }),
  team: text('team').references(() => teams.id, { onDelete: 'cascade' }),${users}
}${usersMore});
export const teams = ${table}('teams', {
  id: text('id').primaryKey().notNull(),
  lead: text('lead').references(() => users.id, { onDelete: 'cascade' }),
});
export const posts = ${table}('posts', {
  id: text('id').primaryKey().notNull(),
  author: text('author').notNull().references(() => users.id, { onDelete: 'cascade' }),
  editor: text('editor').references(() => users.id, { onDelete: 'set null' }),
  title: text('title'),
  loud: text('loud').generatedAlwaysAs(sql\`upper(title)\`, { mode: 'virtual' }),${posts}
}${postsMore});
export const comments = ${table}('comments', {
  id: text('id').primaryKey().notNull(),
  post: text('post').notNull().references(() => posts.id, { onDelete: 'restrict' }),
  parent: text('parent').references(() => comments.id),
});
export const log = sqliteTable('log', {
  n: integer('n').primaryKey(),
  who: text('who').references(() => users.id, { onDelete: 'set null' }),
});
export const names = sqliteView('names').as((q) => q.select({ id: users.id, name: users.name }).from(users));
export const loud = sqliteView('loud_names', { id: text('id') }).as(sql\`select id from names where name = upper(name)\`);
${more}`;

const ROWS = [
  "INSERT INTO users (id, name) VALUES ('u1', 'ANN'), ('u2', 'bob')",
  "INSERT INTO teams VALUES ('t1', 'u1'), ('t2', NULL)",
  "UPDATE users SET boss = 'u1', team = 't1' WHERE id = 'u2'",
  "UPDATE users SET team = 't1' WHERE id = 'u1'",
  "INSERT INTO posts (id, author, editor, title) VALUES ('p1', 'u1', 'u2', 'x'), ('p2', 'u2', NULL, 'y')",
  "INSERT INTO comments VALUES ('c1', 'p1', NULL), ('c2', 'p1', 'c1'), ('c3', 'p2', NULL)",
  "INSERT INTO log VALUES (1, 'u1'), (2, 'u2'), (3, NULL)",
];
const READ = [
  'SELECT id, name, boss, team FROM users ORDER BY id',
  'SELECT id, lead FROM teams ORDER BY id',
  'SELECT id, author, editor, title, loud FROM posts ORDER BY id',
  'SELECT id, post, parent FROM comments ORDER BY id',
  'SELECT n, who FROM log ORDER BY n',
  'SELECT id, name FROM names ORDER BY id',
  'SELECT id FROM loud_names',
];

let project: TestProject | undefined;
afterEach(() => {
  project?.remove();
  project = undefined;
});

const loaded = () => loadProject(project!.folder, {});

async function generate(version: Version, answers?: readonly ('renamed' | 'new')[]) {
  project!.write({ 'schema.ts': schemaOf(version) });
  const made = answers
    ? await project!.crrAnswering(answers, 'generate', '--name', 'next')
    : await project!.crr('generate', '--name', 'next');
  expect(made.code, made.stdout + made.stderr).toBe(0);
  const found = await loaded();
  expect(checkFolder(found.out, projectSchema(found))).toEqual([]);
}

/** The versions of a schema after the plain one. */
const CHECKED = `, (t) => [check('some', sql\`\${t.name} <> '!'\`)]`;
const CHANGES: readonly (readonly [string, Version, (readonly ('renamed' | 'new')[])?])[] = [
  ['everything becomes a CRR', { table: 'crrTable' }],
  ['a parent is rebuilt', { table: 'crrTable', usersMore: CHECKED }],
  [
    'a parent and its child are rebuilt, and both get a column',
    {
      table: 'crrTable',
      users: " age: integer('age').notNull().default(1),",
      posts: " stars: integer('stars'),",
      postsMore: `, (t) => [check('titled', sql\`\${t.title} <> '!'\`)]`,
    },
  ],
  [
    'columns that a view does not name are dropped',
    { table: 'crrTable', postsMore: `, (t) => [check('titled', sql\`\${t.title} <> '?'\`)]` },
  ],
];

test.each(sampled(['sqlite', 'turso'], 2))(
  'an application with references, unique columns and views is converted and rebuilt (dialect %s)',
  async (dialect) => {
    project = await testProject({
      'drizzle.config.ts': `export default { dialect: '${dialect}', schema: './schema.ts', out: './drizzle' };`,
      'schema.ts': schemaOf({ table: 'sqliteTable' }),
    });
    expect(await project.kit('generate', '--name', 'first')).toMatchObject({ code: 0 });
    const out = join(project.folder, 'drizzle');
    const read = (place: Place) => Promise.all(READ.map((sql) => place.all(sql)));
    const places: { name: string; place: Place; rows: unknown[][]; facts?: string[] }[] = [];
    for (const [name, open] of Object.entries(PLACES)) {
      const place = await open(project.folder);
      await place.migrate(out);
      await place.run(ROWS);
      places.push({ name, place, rows: await read(place) });
    }
    for (const [what, version, answers] of CHANGES) {
      await generate(version, answers);
      const found = await loaded();
      for (const at of places) {
        const { name, place, rows } = at;
        const where = `${what}, on ${name}`;
        await place.migrate(out).catch((cause) => {
          throw new Error(`${where}: ${cause.message}`, { cause });
        });
        expect(await read(place), where).toEqual(rows);
        expect(await place.all('PRAGMA foreign_key_check'), where).toEqual([]);
        expect(await checkDatabase(place.connection(), projectSchema(found)), where).toEqual([]);
        const { changes } = await place.open(found.exports).$crr.changes();
        const facts = changes
          .filter(({ cid }) => cid !== 'age' && cid !== 'stars')
          .map(
            ({ table, cid, val, col_version, cl }) =>
              `${table}.${cid}=${val} v${col_version} cl${cl}`,
          )
          .sort();
        at.facts ??= facts;
        expect(facts, where).toEqual(at.facts);
        const left = await place.all("SELECT name FROM sqlite_master WHERE name LIKE 'crr_kept%'");
        expect(left, where).toEqual([]);
      }
    }
  },
  240_000,
);

test('check warns of a migration that deletes rows of child tables, and generate writes none', async () => {
  project = await testProject({
    'drizzle.config.ts': `export default { dialect: 'sqlite', schema: './schema.ts', out: './drizzle' };`,
    'schema.ts': schemaOf({ table: 'sqliteTable' }),
  });
  const plain = { table: 'sqliteTable', usersMore: CHECKED } as const;
  expect(await project.kit('generate', '--name', 'first')).toMatchObject({ code: 0 });
  project.write({ 'schema.ts': schemaOf(plain) });
  expect(await project.kit('generate', '--name', 'deletes')).toMatchObject({ code: 0 });
  await generate({ ...plain, table: 'crrTable' });
  const warned = await project.crr('check', '--offline');
  expect(warned.code, warned.stderr).toBe(0);
  expect(warned.stderr).toMatch(
    /^Warning: \w*_deletes drops a table to which .*"comments".* refer/,
  );
  expect(warned.stderr.match(/Warning/g)).toHaveLength(1);

  // What it warns of happens.
  let count = 1;
  const client = openClient({ url: `file:${join(project.folder, 'lost.db')}` });
  const place = inBatches(client, () => count);
  const out = join(project.folder, 'drizzle');
  await place.migrate(out);
  await place.run(ROWS.filter((sql) => !sql.includes('comments')));
  await place.run(['DROP VIEW loud_names', 'DROP VIEW names']);
  count = 2;
  await place.migrate(out);
  expect(await place.all('SELECT * FROM posts')).toEqual([]);
  expect(await place.all('SELECT * FROM users')).toEqual([]);

  // The same warning, if a database is compared.
  count = 3;
  await place.migrate(out);
  const database = await project.crr('check', '--url', 'file:lost.db');
  expect(database).toMatchObject({ code: 0, stderr: warned.stderr });

  // A folder that cannot be read does not keep anybody from comparing a database.
  const [snapshot] = Object.keys(project.snapshot('drizzle')).filter((name) =>
    name.endsWith('snapshot.json'),
  );
  rmSync(join(out, snapshot!));
  const damaged = await project.crr('check', '--url', 'file:lost.db');
  expect(damaged).toMatchObject({
    code: 0,
    stderr: expect.stringMatching(/^Warning: the migrations folder cannot be read/),
  });
});
