/** The first drizzle-crr generate in a folder of plain migrations, for databases in which install() was called. */
import { join } from 'node:path';
import type { Client } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { afterEach, describe, expect, test } from 'vitest';
import { libsqlConnection } from '../../src/engines/libsql.js';
import {
  counter,
  crrTable,
  fractIndex,
  greatest,
  least,
  lww,
  mvr,
  unpackKey,
  withCrr,
} from '../../src/index.js';
import { checkDatabase, checkFolder } from '../../src/migrate/check.js';
import { loadProject } from '../../src/migrate/config.js';
import { projectSchema } from '../../src/migrate/project-schema.js';
import { replicatedColumns } from '../../src/model/table-spec.js';
import { readTableSpec } from '../../src/schema/read-spec.js';
import { baseTriggers } from '../../src/tables/adopt.js';
import { tableTriggers } from '../../src/tables/modules.js';
import { openClient } from '../support/client.js';
import { type TestProject, testProject } from '../support/project.js';
import { sampled } from '../support/sampled.js';

const configOf = (dialect: string) =>
  `export default { dialect: '${dialect}', schema: './schema.ts', out: './drizzle', dbCredentials: { url: 'file:app.db' } };`;
const schemaOf = (body: string) => `import { integer, text } from 'drizzle-orm/sqlite-core';
import { counter, crrTable, mvr } from 'drizzle-crr';
${body}`;
const NOTES = (columns: string, name = 'notes') =>
  `export const notes = crrTable('${name}', { id: text('id').primaryKey().notNull(), ${columns} });`;
const V1 = NOTES(
  "title: text('title'), n: integer('n').notNull().default(3), views: counter('views'), mood: mvr(text('mood'))",
);
const TEXT_N = V1.replace("integer('n').notNull().default(3)", "text('n').notNull().default('3')");
const TAGS =
  "\nexport const tags = crrTable('tags', { id: integer('id').primaryKey().notNull(), name: text('name') });";
const WRITES = [
  "INSERT INTO notes VALUES ('a', 'x', 1, 2, 'fine'), ('b', 'y', 2, 0, NULL)",
  "UPDATE notes SET title = 'z', views = 5 WHERE id = 'a'",
  "DELETE FROM notes WHERE id = 'b'",
];

let project: TestProject | undefined;
afterEach(() => {
  project?.remove();
  project = undefined;
});

async function start(schema: string, dialect = 'turso'): Promise<TestProject> {
  project = await testProject({
    'drizzle.config.ts': configOf(dialect),
    'schema.ts': schemaOf(schema),
  });
  expect(await project.kit('generate', '--name', 'first')).toMatchObject({ code: 0 });
  return project;
}

const loaded = () => loadProject(project!.folder, {});

async function migrated(name: string): Promise<Client> {
  const client = openClient({ url: `file:${join(project!.folder, name)}` });
  await migrate(drizzle({ client }), { migrationsFolder: join(project!.folder, 'drizzle') });
  return client;
}

/** A database as the README before taught it: migrations of drizzle-kit, then install(). */
async function installed(name: string): Promise<Client> {
  const client = await migrated(name);
  await withCrr(drizzle({ client }), { schema: (await loaded()).exports }).$crr.install();
  return client;
}

async function generate(schema?: string, answers?: readonly ('renamed' | 'new')[]) {
  if (schema !== undefined) project!.write({ 'schema.ts': schemaOf(schema) });
  const made = answers
    ? await project!.crrAnswering(answers, 'generate', '--name', 'next')
    : await project!.crr('generate', '--name', 'next');
  expect(made.code, made.stdout + made.stderr).toBe(0);
  const { out, ...rest } = await loaded();
  expect(checkFolder(out, projectSchema({ out, ...rest }))).toEqual([]);
}

/** Runs all migrations; everything is in order then. */
async function run(name: string) {
  const client = await migrated(name);
  const found = await loaded();
  expect(await checkDatabase(libsqlConnection(client), projectSchema(found)), name).toEqual([]);
  return withCrr(drizzle({ client }), { schema: found.exports });
}

type Db = Awaited<ReturnType<typeof run>>;
const facts = async (db: Db) =>
  (await db.$crr.changes()).changes
    .map(({ table, cid, val, col_version, cl }) => `${table}.${cid}=${val} v${col_version} cl${cl}`)
    .sort();
const execute = async (client: Client, statements: readonly string[]) => {
  for (const sql of statements) await client.execute(sql);
};
const rows = async (db: Db, sql: string) =>
  (await db.$client.execute(sql)).rows.map((row) => Array.from(row as ArrayLike<unknown>));

test('a database that install() set up goes on with its clocks, and a new one is the same', async () => {
  await start(V1);
  const old = await installed('old.db');
  await execute(old, WRITES);
  const schema = (await loaded()).exports;
  const before = await facts(withCrr(drizzle({ client: old }), { schema }) as Db);
  await generate();
  const [adopted, fresh] = [await run('old.db'), await run('fresh.db')];
  expect(await facts(adopted)).toEqual(before);
  await fresh.$crr.apply(await adopted.$crr.changes());
  expect(await rows(fresh, 'SELECT * FROM notes')).toEqual(
    await rows(adopted, 'SELECT * FROM notes'),
  );
  expect(await facts(fresh)).toEqual(before);
  // What the README taught before does no harm, and there is nothing left to generate.
  await adopted.$crr.install();
  expect((await project!.crr('generate')).stdout).toMatch(
    /nothing to migrate|up to date|No schema changes/i,
  );
});

test('plain rows without install() get their clocks', async () => {
  await start(V1);
  await execute(await migrated('plain.db'), WRITES);
  await generate();
  const db = await run('plain.db');
  expect(await facts(db)).toEqual([
    expect.stringMatching(/^notes.mood=fine /),
    'notes.n=1 v1 cl1',
    'notes.title=z v1 cl1',
    expect.stringMatching(/^notes.views=5 /),
  ]);
});

describe('the first generate after a change of the schema', () => {
  const changes = [
    ['an added column', V1.replace('});', ", extra: text('extra').default('e') });"), undefined],
    ['a dropped column', V1.replace("title: text('title'), ", ''), undefined],
    ['a dropped counter', V1.replace(", views: counter('views')", ''), undefined],
    [
      'a renamed column',
      V1.replace("title: text('title')", "headline: text('headline')"),
      ['renamed'],
    ],
    [
      'a renamed counter',
      V1.replace("views: counter('views')", "visits: counter('visits')"),
      ['renamed'],
    ],
    ['a renamed key', V1.replace("text('id')", "text('key')"), ['renamed']],
    ['a renamed table', V1.replace("'notes'", "'posts'"), ['renamed']],
    ['another type', TEXT_N, undefined],
    ['another type, by a rebuild', TEXT_N, undefined, 'sqlite'],
    [
      'a renamed column, and a rebuild',
      TEXT_N.replace("title: text('title')", "headline: text('headline')"),
      ['renamed'],
      'sqlite',
    ],
    ['another default', V1.replace('default(3)', 'default(4)'), undefined],
    ['a new table', V1 + TAGS, undefined],
  ] as const;
  test.each(sampled<(typeof changes)[number]>(changes, 2))(
    '%s',
    async (_, schema, answers, dialect?: string) => {
      await start(V1, dialect);
      const old = await installed('old.db');
      await execute(old, WRITES);
      await execute(await migrated('plain.db'), WRITES);
      await generate(schema, answers);
      const [adopted, plain, fresh] = [
        await run('old.db'),
        await run('plain.db'),
        await run('new.db'),
      ];
      const found = await facts(adopted);
      if (/title/.test(schema))
        expect(found).toContain(
          'notes.title=z v2 cl1'.replace('notes', /'(notes|posts)'/.exec(schema)![1]!),
        );
      if (/headline/.test(schema)) expect(found).toContain('notes.headline=z v2 cl1');
      if (/visits/.test(schema)) expect(found.join()).toMatch(/visits=5/);
      await fresh.$crr.apply(await adopted.$crr.changes());
      expect(await facts(fresh)).toEqual(found);
      const table = /posts/.test(schema) ? 'posts' : 'notes';
      const all = `SELECT * FROM ${table} ORDER BY 1`;
      expect(await rows(fresh, all)).toEqual(await rows(adopted, all));
      expect((await rows(plain, all)).length).toBe(1);
      await adopted.$client.execute(`DELETE FROM ${table}`);
      await fresh.$crr.apply(await adopted.$crr.changes());
      expect(await rows(fresh, all)).toEqual([]);
    },
  );

  test('a dropped table', async () => {
    await start(V1 + TAGS);
    await execute(await installed('old.db'), [...WRITES, "INSERT INTO tags VALUES (1, 'red')"]);
    await generate(V1);
    await run('old.db');
    await run('new.db');
  });
});

test('a database that missed install() after several plain migrations, renames among them', async () => {
  await start(V1 + TAGS);
  await execute(await installed('late.db'), [...WRITES, "INSERT INTO tags VALUES (7, 'red')"]);
  const schema = (await loaded()).exports;
  const late = openClient({ url: `file:${join(project!.folder, 'late.db')}` });
  const before = await facts(withCrr(drizzle({ client: late }), { schema }) as Db);
  for (const [i, [next, answers]] of (
    [
      [V1.replace("title: text('title')", "headline: text('headline')"), ['renamed']],
      [
        V1.replace(
          "title: text('title')",
          "headline: text('headline'), extra: text('extra').default('e')",
        ),
        undefined,
      ],
      [
        V1.replace(
          "title: text('title')",
          "headline: text('headline'), extra: text('extra').default('e')",
        ).replace("'notes'", "'posts'"),
        ['renamed'],
      ],
    ] as const
  ).entries()) {
    project!.write({ 'schema.ts': schemaOf(next + TAGS) });
    const args = ['generate', '--name', `plain${i}`];
    // drizzle-kit alone: its questions are answered as those of drizzle-crr.
    const made = answers
      ? await project!.kitAnswering(answers, ...args)
      : await project!.kit(...args);
    expect(made.code, made.stdout).toBe(0);
  }
  await generate();
  const db = await run('late.db');
  const renamed = (fact: string) => fact.replace('notes.', 'posts.').replace('.title', '.headline');
  expect(await facts(db)).toEqual(before.map(renamed).sort());
  expect(await rows(db, 'SELECT id, headline, extra, views FROM posts')).toEqual([
    ['a', 'z', 'e', 5],
  ]);
  const fresh = await run('new.db');
  await fresh.$crr.apply(await db.$crr.changes());
  expect(await facts(fresh)).toEqual(await facts(db));
});

test('a table that install() alone made a CRR, beside those of drizzle-crr generate', async () => {
  await start('export const log = 1;');
  await generate(V1);
  project!.write({ 'schema.ts': schemaOf(V1 + TAGS) });
  expect(await project!.kit('generate', '--name', 'plain')).toMatchObject({ code: 0 });
  await execute(await installed('old.db'), [
    "INSERT INTO tags VALUES (7, 'red')",
    "UPDATE tags SET name = 'blue'",
  ]);
  await generate(
    V1 + TAGS.replace("name: text('name')", "label: text('label'), size: integer('size')"),
    ['renamed', 'new'],
  );
  const [db, fresh] = [await run('old.db'), await run('new.db')];
  expect(await facts(db)).toEqual(['tags.label=blue v2 cl1']);
  await fresh.$crr.apply(await db.$crr.changes());
  expect(await facts(fresh)).toEqual(await facts(db));
});

test('every trigger on a base table is dropped before a table is adopted', () => {
  const id = text('id').primaryKey().notNull();
  const columns = {
    id,
    a: text('a'),
    b: counter('b'),
    c: mvr(text('c')),
    d: greatest(integer('d')),
    e: least(integer('e')),
    f: lww(text('f'), { by: 'time' }),
    g: fractIndex('g'),
  };
  const all = { id, a: text('a') };
  for (const rows of ['causal', 'growOnly'] as const) {
    for (const table of [crrTable('t', columns, { rows }), crrTable('t', all, { rows })]) {
      const spec = readTableSpec(table);
      const names = replicatedColumns(spec).map(({ name }) => name);
      const dropped = baseTriggers('t', names);
      const made = tableTriggers(spec).filter(({ sql }) => / ON "t"\n/.test(sql));
      expect(made.length).toBeGreaterThan(2);
      for (const { name } of made) expect(dropped).toContain(name);
    }
  }
});

const BOUND = (label = 'name', more = '') => `
export const users = crrTable('users', { id: text('id').primaryKey().notNull(), ${label}: text('${label}').notNull().unique(), boss: text('boss').references(() => users.id)${more} });
export const posts = crrTable('posts', { id: text('id').primaryKey().notNull(), author: text('author').notNull().references(() => users.id, { onDelete: 'cascade' }), title: text('title')${more} });`;

test.each([
  ['nothing else', undefined, undefined],
  ['a renamed column and new ones', BOUND('label', ", n: integer('n')"), ['renamed', 'new', 'new']],
] as const)(
  'rows that install() has parked or masked go on; the migration changes %s',
  async (_, next, answers) => {
    await start(BOUND());
    const [old, other] = [await installed('old.db'), await installed('other.db')];
    const schema = (await loaded()).exports;
    const dbOf = (client: Client) => withCrr(drizzle({ client }), { schema });
    await execute(old, ["INSERT INTO users VALUES ('u1', 'ann', NULL)"]);
    await execute(other, [
      "INSERT INTO users VALUES ('u2', 'ann', NULL), ('u9', 'zoe', NULL)",
      "UPDATE users SET boss = 'u9' WHERE id = 'u2'",
      "INSERT INTO posts VALUES ('p1', 'u9', 'hello')",
    ]);
    const { changes } = await dbOf(other).$crr.changes();
    // Without the user u9: the reference of u2 shows NULL, and p1 is parked.
    const some = changes.filter(
      ({ table, pk }) => table === 'posts' || !unpackKey(pk).includes('u9'),
    );
    const result = await dbOf(old).$crr.apply(some);
    expect(result.parked).toHaveLength(1);
    expect(result.masked).toHaveLength(1);
    const before = await facts(dbOf(old) as Db);
    await generate(next, answers);
    const adopted = await run('old.db');
    expect((await facts(adopted)).filter((fact) => !fact.includes('.n='))).toEqual(
      next === undefined ? before : before.map((fact) => fact.replace('.name=', '.label=')).sort(),
    );
    const label = next === undefined ? 'name' : 'label';
    expect(await rows(adopted, `SELECT id, ${label}, boss FROM users ORDER BY id`)).toEqual([
      ['u1', 'ann', null],
      ['u2', 'ann~u2', null],
    ]);
    await adopted.$crr.apply(changes);
    await execute(adopted.$client, [`UPDATE users SET ${label} = 'bob' WHERE id = 'u1'`]);
    await adopted.$crr.apply([]);
    expect(await rows(adopted, `SELECT id, ${label}, boss FROM users ORDER BY id`)).toEqual([
      ['u1', 'bob', null],
      ['u2', 'ann', 'u9'],
      ['u9', 'zoe', null],
    ]);
    expect(await rows(adopted, 'SELECT id, author, title FROM posts')).toEqual([
      ['p1', 'u9', 'hello'],
    ]);
    await run('fresh.db');
  },
);

/** A table for each change of an index's option, and for each constraint that is dropped. */
const LOSERS = ['null', 'suffix', 'park'] as const;
const OPTION_CHANGES = LOSERS.flatMap((from) =>
  ([...LOSERS, 'none'] as const).filter((to) => to !== from).map((to) => ({ from, to })),
);
const SHOWN_AS = { null: null, suffix: 'x~b', park: undefined, none: 'x' } as const;
const indexedTable = (name: string, option: (typeof LOSERS)[number] | 'none') =>
  `export const ${name} = crrTable('${name}', { id: text('id').primaryKey().notNull(), code: text('code'), n: integer('n') }, ${
    option === 'none'
      ? '(t) => []'
      : `(t) => [uniqueIndex('${name}_code').on(t.code)], { unique: { ${name}_code: '${option}' } }`
  });`;
const OPTIONS_SCHEMA = (
  when: 'from' | 'to',
) => `import { uniqueIndex } from 'drizzle-orm/sqlite-core';
${OPTION_CHANGES.map((change) => indexedTable(`${change.from}_${change.to}`, change[when])).join('\n')}
export const users = crrTable('users', { id: text('id').primaryKey().notNull() });
export const posts = crrTable('posts', {
  id: text('id').primaryKey().notNull(),
  author: text('author').notNull()${when === 'from' ? '.references(() => users.id)' : ''},
  editor: text('editor')${when === 'from' ? '.references(() => users.id)' : ''},
});`;

test('the migration changes or drops the constraints that install() knew: no merged value is lost', async () => {
  await start(OPTIONS_SCHEMA('from'));
  const [old, other] = [await installed('old.db'), await installed('other.db')];
  const schema = (await loaded()).exports;
  const dbOf = (client: Client) => withCrr(drizzle({ client }), { schema });
  for (const { from, to } of OPTION_CHANGES) {
    await execute(old, [`INSERT INTO ${from}_${to} VALUES ('a', 'x', 1)`]);
    await execute(other, [`INSERT INTO ${from}_${to} VALUES ('b', 'x', 2)`]);
  }
  await execute(old, ["INSERT INTO users VALUES ('u1')"]);
  await execute(other, [
    "INSERT INTO users VALUES ('u1'), ('u9')",
    "INSERT INTO posts VALUES ('p1', 'u1', 'u9'), ('p2', 'u9', NULL)",
  ]);
  const { changes } = await dbOf(other).$crr.changes();
  await dbOf(old).$crr.apply(changes.filter(({ table }) => table !== 'users'));
  const before = await facts(dbOf(old) as Db);
  await generate(OPTIONS_SCHEMA('to'));
  const adopted = await run('old.db');
  expect(await facts(adopted)).toEqual(before);
  expect(await rows(adopted, 'SELECT * FROM posts ORDER BY id')).toEqual([
    ['p1', 'u1', 'u9'],
    ['p2', 'u9', null],
  ]);
  await adopted.$crr.apply([]);
  for (const { from, to } of OPTION_CHANGES) {
    const shown = SHOWN_AS[to];
    expect(await rows(adopted, `SELECT * FROM ${from}_${to} ORDER BY id`), `${from} ${to}`).toEqual(
      [['a', 'x', 1], ...(shown === undefined ? [] : [['b', shown, 2]])],
    );
  }
  expect(await facts(adopted)).toEqual(before);
  await run('fresh.db');
});
