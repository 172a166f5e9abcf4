/** drizzle-crr push with the real drizzle-kit: what is renamed stays in replication. */
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/libsql';
import { afterEach, expect, onTestFinished, test } from 'vitest';
import { libsqlConnection } from '../../src/engines/libsql.js';
import { withCrr } from '../../src/index.js';
import { checkDatabase } from '../../src/migrate/check.js';
import { loadProject } from '../../src/migrate/config.js';
import { projectSchema } from '../../src/migrate/project-schema.js';
import { sqldBinary, startSqld } from '../../tools/sqld/index.js';
import { openClient } from '../support/client.js';
import { isDrizzle1 } from '../support/drizzle-line.js';
import { type TestProject, testProject } from '../support/project.js';
import { sampled } from '../support/sampled.js';

const configOf = (more = '') =>
  `export default { dialect: 'turso', schema: './schema.ts', out: './drizzle', dbCredentials: { url: 'file:app.db' }${more} };`;
const schemaOf = (body: string) => `import { integer, text } from 'drizzle-orm/sqlite-core';
import { counter, crrTable, mvr } from 'drizzle-crr';
${body}`;
const V1 = `export const notes = crrTable('notes', { id: text('id').primaryKey().notNull(), title: text('title'), n: integer('n'), views: counter('views'), mood: mvr(text('mood')) });`;

let project: TestProject | undefined;
afterEach(() => {
  project?.remove();
  project = undefined;
});

async function push(schema: string, answers?: readonly ('renamed' | 'new')[]) {
  project!.write({ 'schema.ts': schemaOf(schema) });
  const args = ['push', '--force'];
  const pushed = answers
    ? await project!.crrAnswering(answers, ...args)
    : await project!.crr(...args);
  expect(pushed.code, pushed.stdout + pushed.stderr).toBe(0);
  return open();
}

async function open() {
  const client = openClient({ url: `file:${join(project!.folder, 'app.db')}` });
  const found = await loadProject(project!.folder, {});
  expect(await checkDatabase(libsqlConnection(client), projectSchema(found))).toEqual([]);
  return withCrr(drizzle({ client }), { schema: found.exports });
}

const facts = async (db: Awaited<ReturnType<typeof open>>) =>
  (await db.$crr.changes()).changes
    .map(({ table, cid, val, col_version }) => `${table}.${cid}=${val} v${col_version}`)
    .sort();

const WRITES = [
  "INSERT INTO notes VALUES ('a', 'x', 1, 2, 'fine')",
  "UPDATE notes SET title = 'z', views = 5 WHERE id = 'a'",
];

/** What drizzle-kit asks does not depend on what is renamed, so its second line is asked once. */
const ofLine = <T>(cases: readonly T[]) => sampled(cases, isDrizzle1 ? cases.length : 1);

test.each(
  ofLine([
    ['a column', 'title', 'headline'],
    ['a counter', 'views', 'visits'],
    ['a register', 'mood', 'feeling'],
    ['a key', 'id', 'key'],
  ] as const),
)('%s renamed by push keeps its clocks, and goes on replicating', async (_, from, to) => {
  project = await testProject({ 'drizzle.config.ts': configOf() });
  const db = await push(V1);
  for (const sql of WRITES) await db.$client.execute(sql);
  const before = await facts(db);
  const renamed = await push(V1.replace(`'${from}'`, `'${to}'`), ['renamed']);
  expect(await facts(renamed)).toEqual(
    before.map((fact) => fact.replace(`.${from}=`, `.${to}=`)).sort(),
  );
  await renamed.$client.execute(
    `UPDATE notes SET n = 8, ${to === 'key' ? "title = 'w'" : `${to} = 9`}`,
  );
  expect((await facts(renamed)).join()).toMatch(
    to === 'key' ? /title=w v3/ : new RegExp(`${to}=9`),
  );
});

test('a table renamed by push, one of its columns too, then one dropped beside a new one', async () => {
  project = await testProject({ 'drizzle.config.ts': configOf() });
  const db = await push(V1);
  for (const sql of WRITES) await db.$client.execute(sql);
  const before = await facts(db);
  const next = V1.replace("'notes'", "'posts'")
    .replace("'title'", "'headline'")
    .replace("mood: mvr(text('mood'))", "mood: mvr(text('mood')), size: integer('size')");
  await push(next, ['renamed', 'renamed', 'new']);
  const last = next
    .replace("n: integer('n'), ", '')
    .replace("size: integer('size')", "len: integer('len'), kind: text('kind')");
  const renamed = await push(last, ['renamed', 'new']);
  expect(await facts(renamed)).toEqual(
    before
      .map((fact) =>
        fact.replace('notes.', 'posts.').replace('.title=', '.headline=').replace('.n=', '.len='),
      )
      .sort(),
  );
});

test('push leaves CRRs alone that drizzle-kit is not to see', async () => {
  project = await testProject({ 'drizzle.config.ts': configOf(", tablesFilter: ['!other']") });
  const other = V1.replace("'notes'", "'other'").replace('notes =', 'other =');
  project.write({ 'drizzle.config.ts': configOf() });
  await push(`${V1}\n${other}`);
  project.write({ 'drizzle.config.ts': configOf(", tablesFilter: ['!other']") });
  await push(V1.replace("n: integer('n'), ", ''));
  project.write({ 'schema.ts': schemaOf(`${V1.replace("n: integer('n'), ", '')}\n${other}`) });
  await open();
});

const BLOG = (more = '') => `import { sql } from 'drizzle-orm';
import { check, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { crrTable } from 'drizzle-crr';
export const users = crrTable('users', { id: text('id').primaryKey().notNull(), name: text('name').unique() }${more});
export const posts = crrTable('posts', {
  id: text('id').primaryKey().notNull(),
  author: text('author').notNull().references(() => users.id, { onDelete: 'cascade' }),
  editor: text('editor').references(() => users.id, { onDelete: 'set null' }),
}${more.replaceAll('name', 'id')});
export const seen = sqliteTable('seen', { n: text('n').primaryKey(), who: text('who').references(() => users.id, { onDelete: 'set null' }) });`;

test.runIf(sqldBinary() !== undefined).each(
  ofLine([
    ['sqlite', 'httpUrl'],
    ['sqlite', 'wsUrl'],
    ['turso', 'httpUrl'],
  ] as const),
)(
  'push rebuilds parents on a server, and no row below them is deleted (dialect %s, %s)',
  async (dialect, protocol) => {
    const server = (await startSqld())!;
    onTestFinished(() => server.stop());
    const url = server[protocol];
    project = await testProject({
      'drizzle.config.ts': `export default { dialect: '${dialect}', schema: './schema.ts', out: './drizzle', dbCredentials: { url: '${url}' } };`,
      'schema.ts': BLOG(),
    });
    const pushed = await project.crr('push', '--force');
    expect(pushed.code, pushed.stdout + pushed.stderr).toBe(0);
    const client = openClient({ url });
    await client.batch(
      [
        "INSERT INTO users VALUES ('u1', 'ann')",
        "INSERT INTO posts VALUES ('p1', 'u1', 'u1')",
        "INSERT INTO seen VALUES ('1', 'u1')",
      ],
      'write',
    );
    const { exports } = await loadProject(project.folder, {});
    const before = await facts(withCrr(drizzle({ client }), { schema: exports }) as never);
    project.write({ 'schema.ts': BLOG(`, (t) => [check('some', sql\`\${t.name} <> '!'\`)]`) });
    const rebuilt = await project.crr('push', '--force');
    expect(rebuilt.code, rebuilt.stdout + rebuilt.stderr).toBe(0);
    const read = async (sql: string) =>
      (await client.execute(sql)).rows.map((row) => [...Object.values(row)]);
    expect(await read('SELECT * FROM posts')).toEqual([['p1', 'u1', 'u1']]);
    expect(await read('SELECT * FROM seen')).toEqual([['1', 'u1']]);
    await expect(client.execute("INSERT INTO users VALUES ('u2', '!')")).rejects.toThrow(/CHECK/);
    expect(await project.crr('check')).toMatchObject({ code: 0 });
    const { exports: after } = await loadProject(project.folder, {});
    expect(await facts(withCrr(drizzle({ client }), { schema: after }) as never)).toEqual(before);
  },
);
