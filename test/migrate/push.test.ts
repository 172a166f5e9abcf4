/** drizzle-crr push with the real drizzle-kit: what is renamed stays in replication. */
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/libsql';
import { afterEach, expect, test } from 'vitest';
import { libsqlConnection } from '../../src/engines/libsql.js';
import { withCrr } from '../../src/index.js';
import { checkDatabase } from '../../src/migrate/check.js';
import { loadProject } from '../../src/migrate/config.js';
import { projectSchema } from '../../src/migrate/project-schema.js';
import { openClient } from '../support/client.js';
import { type TestProject, testProject } from '../support/project.js';

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

test.each([
  ['a column', 'title', 'headline'],
  ['a counter', 'views', 'visits'],
  ['a register', 'mood', 'feeling'],
  ['a key', 'id', 'key'],
])('%s renamed by push keeps its clocks, and goes on replicating', async (_, from, to) => {
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
