/** An ordinary application becomes one of CRRs: its constraints, its view and its rows stay, those that break constraints too. */
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { afterEach, expect, test } from 'vitest';
import { libsqlConnection } from '../../src/engines/libsql.js';
import { withCrr } from '../../src/index.js';
import { checkDatabase } from '../../src/migrate/check.js';
import { loadProject } from '../../src/migrate/config.js';
import { projectSchema } from '../../src/migrate/project-schema.js';
import { openClient } from '../support/client.js';
import { type TestProject, testProject } from '../support/project.js';

const schemaOf = (table: 'sqliteTable' | 'crrTable', more = '') => `
import { sql } from 'drizzle-orm';
import { check, index, integer, primaryKey, sqliteTable, sqliteView, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { crrTable } from 'drizzle-crr';
export const users = ${table}('users', {
  id: text('id').primaryKey().notNull(),
  email: text('email').notNull().unique(),
  name: text('name'),
}${more});
export const projects = ${table}('projects', {
  id: text('id').primaryKey().notNull(),
  owner: text('owner_id').notNull().references(() => users.id, { onDelete: 'restrict' }),
  title: text('title').notNull(),
});
export const members = ${table}('members', {
  project: text('project_id').notNull().references(() => projects.id, { onDelete: 'cascade' }),
  user: text('user_id').notNull().references(() => users.id, { onDelete: 'cascade' }),
  role: text('role').notNull().default('reader'),
}, (t) => [primaryKey({ columns: [t.project, t.user] })]);
export const tasks = ${table}('tasks', {
  id: text('id').primaryKey().notNull(),
  project: text('project_id').notNull().references(() => projects.id, { onDelete: 'cascade' }),
  slug: text('slug').notNull(),
  assignee: text('assignee_id').references(() => users.id, { onDelete: 'set null' }),
  parent: text('parent_id').references(() => tasks.id, { onDelete: 'cascade' }),
  done: integer('done', { mode: 'boolean' }).notNull().default(false),
}, (t) => [uniqueIndex('tasks_slug').on(t.project, t.slug), index('tasks_project').on(t.project)]);
export const comments = ${table}('comments', {
  id: text('id').primaryKey().notNull(),
  task: text('task_id').notNull().references(() => tasks.id, { onDelete: 'cascade' }),
  author: text('author_id').references(() => users.id, { onDelete: 'set null' }),
  body: text('body').notNull(),
});
export const open = sqliteView('open_tasks').as((q) =>
  q.select({ id: tasks.id, title: projects.title }).from(tasks).innerJoin(projects, sql\`projects.id = tasks.project_id\`));
`;
const ROWS = [
  "INSERT INTO users VALUES ('u1', 'ann@x', 'Ann'), ('u2', 'bob@x', 'Bob')",
  "INSERT INTO projects VALUES ('p1', 'u1', 'Home')",
  "INSERT INTO members (project_id, user_id) VALUES ('p1', 'u1'), ('p1', 'u2')",
  "INSERT INTO tasks (id, project_id, slug, assignee_id) VALUES ('t1', 'p1', 'roof', 'u2')",
  "INSERT INTO tasks (id, project_id, slug, parent_id) VALUES ('t2', 'p1', 'tiles', 't1')",
  "INSERT INTO comments VALUES ('c1', 't2', 'u1', 'red ones')",
];
/** What was left behind while foreign keys were off. */
const LEFTOVERS = [
  "INSERT INTO members (project_id, user_id) VALUES ('p1', 'gone')",
  "INSERT INTO tasks (id, project_id, slug) VALUES ('t8', 'gone', 'lost')",
  "INSERT INTO tasks (id, project_id, slug, assignee_id) VALUES ('t9', 'p1', 'door', 'gone')",
  "INSERT INTO comments VALUES ('c8', 't8', 'u1', 'below a lost task')",
];
const TABLES = ['users', 'projects', 'members', 'tasks', 'comments', 'open_tasks'];

let project: TestProject | undefined;
afterEach(() => {
  project?.remove();
  project = undefined;
});

test('five tables with references, unique indexes and a view are converted by one command', async () => {
  project = await testProject({
    'drizzle.config.ts': `export default { dialect: 'sqlite', schema: './schema.ts', out: './drizzle', dbCredentials: { url: 'file:app.db' } };`,
    'schema.ts': schemaOf('sqliteTable'),
  });
  const { folder } = project;
  const migrationsFolder = join(folder, 'drizzle');
  expect(await project.kit('generate', '--name', 'first')).toMatchObject({ code: 0 });
  const client = openClient({ url: `file:${join(folder, 'app.db')}` });
  const run = () => migrate(drizzle({ client }), { migrationsFolder });
  await run();
  await client.batch(ROWS, 'write');
  await client.migrate(LEFTOVERS);
  const all = async (at = client) => {
    const read = async (table: string) => {
      const { rows } = await at.execute(`SELECT * FROM ${table} ORDER BY 1, 2`);
      return rows.map((row) => Array.from(row as ArrayLike<unknown>));
    };
    return Object.fromEntries(
      await Promise.all(TABLES.map(async (table) => [table, await read(table)] as const)),
    );
  };
  const texts = async () =>
    (
      await client.execute(
        "SELECT name, sql FROM sqlite_master WHERE type <> 'trigger' AND name NOT LIKE '%crr%' AND name NOT LIKE 'sqlite%' ORDER BY 1",
      )
    ).rows.map((row) => [row.name, row.sql]);
  const [rowsBefore, textsBefore] = [await all(), await texts()];

  project.write({ 'schema.ts': schemaOf('crrTable') });
  expect(await project.crr('generate', '--name', 'crrs')).toMatchObject({ code: 0 });
  await run();
  // Nothing is rebuilt, and no row has changed.
  expect(await texts()).toEqual(textsBefore);
  expect(await all()).toEqual(rowsBefore);
  expect(await project.crr('check')).toMatchObject({ code: 0, stderr: '' });
  const { exports } = await loadProject(folder, {});
  const db = withCrr(drizzle({ client }), { schema: exports });

  // The first apply decides on what was left behind.
  const { parked, masked } = await db.$crr.apply([]);
  const keys = (list: readonly { table: string; key: object }[]) =>
    list.map(({ table, key }) => [table, ...Object.values(key)].join(' ')).sort();
  expect(keys(parked)).toEqual(['comments c8', 'members p1 gone', 'tasks t8']);
  expect(keys(masked)).toEqual(['tasks t9']);
  expect((await client.execute('PRAGMA foreign_key_check')).rows).toEqual([]);
  const settled = await all();
  const without = (rows: unknown[][], ...gone: string[]) =>
    rows.filter((row) => !gone.some((key) => row.includes(key)));
  expect(settled).toEqual({
    ...rowsBefore,
    members: without(rowsBefore.members!, 'gone'),
    tasks: without(rowsBefore.tasks!, 't8').map((row) =>
      row.map((value) => (value === 'gone' ? null : value)),
    ),
    comments: without(rowsBefore.comments!, 'c8'),
  });
  const aside = await client.execute(
    'SELECT key_id, state, value_assignee_id FROM tasks__crr_aside ORDER BY 1',
  );
  expect(aside.rows.map((row) => Array.from(row as ArrayLike<unknown>))).toEqual([
    ['t8', 'reference', null],
    ['t9', null, 'gone'],
  ]);
  expect((await project.crr('status')).stdout).toMatch(/3 rows not shown, 1 row shown in part/);

  // The constraints hold as before.
  const refused = (sql: string, why: RegExp) => expect(client.execute(sql)).rejects.toThrow(why);
  await refused("INSERT INTO users VALUES ('u3', 'ann@x', 'A')", /UNIQUE/);
  await refused("DELETE FROM users WHERE id = 'u1'", /FOREIGN KEY/);
  await refused("INSERT INTO comments VALUES ('c9', 'nowhere', NULL, '')", /FOREIGN KEY/);

  // Another database gets all of it, and the one thing that was missing brings the rest back.
  const other = openClient({ url: `file:${join(folder, 'other.db')}` });
  await migrate(drizzle({ client: other }), { migrationsFolder });
  const peer = withCrr(drizzle({ client: other }), { schema: exports });
  await peer.$crr.apply(await db.$crr.changes());
  expect(await all(other)).toEqual(settled);
  await other.batch(
    [
      "INSERT INTO users VALUES ('gone', 'cy@x', 'Cy')",
      "INSERT INTO projects VALUES ('gone', 'gone', 'Found')",
    ],
    'write',
  );
  await db.$crr.apply(await peer.$crr.changes());
  const back = await all();
  for (const table of ['members', 'tasks', 'comments'] as const) {
    expect(back[table]).toEqual(rowsBefore[table]);
  }

  // A later rebuild of a parent is an ordinary migration.
  await client.execute("DELETE FROM users WHERE id = 'u2'");
  const before = await all();
  project.write({
    'schema.ts': schemaOf('crrTable', `, (t) => [check('named', sql\`\${t.name} <> ''\`)]`),
  });
  expect(await project.crr('generate', '--name', 'named')).toMatchObject({ code: 0 });
  await run();
  expect(await all()).toEqual(before);
  const found = await loadProject(folder, {});
  expect(await checkDatabase(libsqlConnection(client), projectSchema(found))).toEqual([]);
}, 120_000);
