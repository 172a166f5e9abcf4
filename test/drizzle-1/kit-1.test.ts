/** The migrations folder of drizzle-kit 1.0. Runs on Drizzle 1.0 alone. */
import { cpSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { expect, onTestFinished, test, vi } from 'vitest';
import { libsqlConnection } from '../../src/engines/libsql.js';
import { withCrr } from '../../src/index.js';
import { checkDatabase } from '../../src/migrate/check.js';
import { loadProject } from '../../src/migrate/config.js';
import { projectSchema } from '../../src/migrate/project-schema.js';
import { CONFIG, POSTS, POSTS_AND_BODY, project } from '../cli/posts-project.js';
import { openClient } from '../support/client.js';
import type { TestProject } from '../support/project.js';

// Each runs drizzle-kit many times, on machines that may be busy.
vi.setConfig({ testTimeout: 180_000 });

const TAGS = `
export const tags = crrTable('tags', { id: text('id').primaryKey().notNull() });`;
const TAGS_AND_COLOR = TAGS.replace('.notNull() }', ".notNull(), color: text('color') }");

async function generate(made: TestProject, name: string, schema: string): Promise<string> {
  made.write({ 'schema.ts': schema });
  const result = await made.crr('generate', '--name', name);
  expect(result.code, result.stdout + result.stderr).toBe(0);
  return tagOf(made, name);
}

const tagOf = (made: TestProject, name: string) =>
  readdirSync(join(made.folder, 'drizzle')).find((tag) => tag.endsWith(`_${name}`))!;

/** A migration as it would be on another branch: made from the migrations before it alone. */
async function onBranch(made: TestProject, name: string, schema: string): Promise<() => void> {
  const tag = await generate(made, name, schema);
  const aside = mkdtempSync(join(tmpdir(), 'drizzle-crr-branch-'));
  onTestFinished(() => rmSync(aside, { recursive: true }));
  cpSync(join(made.folder, 'drizzle', tag), join(aside, tag), { recursive: true });
  rmSync(join(made.folder, 'drizzle', tag), { recursive: true });
  return () => cpSync(join(aside, tag), join(made.folder, 'drizzle', tag), { recursive: true });
}

async function migrated(made: TestProject, name: string) {
  const client = openClient({ url: `file:${join(made.folder, name)}` });
  await migrate(drizzle({ client }), { migrationsFolder: join(made.folder, 'drizzle') });
  return client;
}

/** Whether a database is that of the schema, and takes writes. */
async function differences(made: TestProject, client: ReturnType<typeof openClient>) {
  const loaded = await loadProject(made.folder, {});
  await withCrr(drizzle({ client }), { schema: loaded.exports }).$crr.changes();
  return checkDatabase(libsqlConnection(client), projectSchema(loaded));
}

test('migrations of two branches fit together, in whichever order a database runs them', async () => {
  const made = await project({ 'drizzle.config.ts': CONFIG });
  await generate(made, 'base', POSTS + TAGS);
  const addLeft = await onBranch(made, 'left', POSTS_AND_BODY + TAGS);
  const addRight = await onBranch(made, 'right', POSTS + TAGS_AND_COLOR);
  addRight();
  const rightFirst = await migrated(made, 'right-first.db');
  await rightFirst.execute("INSERT INTO tags VALUES ('t', 'red')");
  addLeft();
  made.write({ 'schema.ts': POSTS_AND_BODY + TAGS_AND_COLOR });
  expect((await made.crr('check', '--offline')).stdout).toMatch(/agree: 2 CRRs/);
  await migrated(made, 'right-first.db');
  const fresh = await migrated(made, 'fresh.db');
  expect(await differences(made, rightFirst)).toEqual([]);
  expect(await differences(made, fresh)).toEqual([]);

  // The next one follows both, and knows what each of them made.
  const third =
    POSTS_AND_BODY + TAGS_AND_COLOR.replace('color', 'colour').replace("'color'", "'c'");
  made.write({ 'schema.ts': third });
  const asked = await made.crr('generate');
  expect(asked.stderr).toMatch(/there is no terminal to answer in/);
  const answered = await made.crrAnswering(['renamed'], 'generate', '--name', 'third');
  expect(answered.code, answered.stdout).toBe(0);
  for (const client of [rightFirst, fresh]) {
    await migrate(drizzle({ client }), { migrationsFolder: join(made.folder, 'drizzle') });
    expect(await differences(made, client)).toEqual([]);
  }
  const { rows } = await rightFirst.execute('SELECT c FROM tags');
  expect(rows.map(({ c }) => c)).toEqual(['red']);
});

test('the first CRRs on two branches', async () => {
  const made = await project({ 'drizzle.config.ts': CONFIG });
  const addLeft = await onBranch(made, 'left', POSTS);
  const addRight = await onBranch(
    made,
    'right',
    TAGS.replace('\n', `${POSTS.split('export')[0]}\n`),
  );
  addRight();
  const rightFirst = await migrated(made, 'right-first.db');
  addLeft();
  made.write({ 'schema.ts': POSTS + TAGS });
  expect((await made.crr('generate')).stdout).toMatch(/Nothing to migrate/);
  await migrated(made, 'right-first.db');
  expect(await differences(made, rightFirst)).toEqual([]);
  expect(await differences(made, await migrated(made, 'fresh.db'))).toEqual([]);
});

test('two branches that change one CRR: one has to be made again, and can be', async () => {
  const made = await project({ 'drizzle.config.ts': CONFIG });
  await generate(made, 'base', POSTS);
  const addLeft = await onBranch(made, 'left', POSTS_AND_BODY);
  const withN = (schema: string) =>
    schema.replace("text('title')", "text('title'), n: integer('n')");
  const addRight = await onBranch(made, 'right', withN(POSTS));
  addLeft();
  addRight();
  made.write({ 'schema.ts': withN(POSTS_AND_BODY) });
  const before = made.snapshot('drizzle');
  const right = tagOf(made, 'right');
  const left = tagOf(made, 'left');
  const refused = await made.crr('generate');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain(
    `migration ${right} was made from another state of the CRR "posts", which ${left} has changed since`,
  );
  expect(refused.stderr).toContain(`delete ${right}, then run drizzle-crr generate`);
  expect(made.snapshot('drizzle')).toEqual(before);
  rmSync(join(made.folder, 'drizzle', right), { recursive: true });
  await generate(made, 'again', withN(POSTS_AND_BODY));
  expect(await differences(made, await migrated(made, 'app.db'))).toEqual([]);
});

test('two branches that drizzle-kit finds to conflict', async () => {
  const plain = POSTS.replaceAll('crrTable(', 'sqliteTable(');
  const made = await project({ 'drizzle.config.ts': CONFIG });
  await generate(made, 'base', plain + TAGS);
  const withN = (type: string) =>
    plain.replace("text('title')", `text('title'), n: ${type}('n')`) + TAGS;
  const addLeft = await onBranch(made, 'left', withN('integer'));
  const addRight = await onBranch(made, 'right', withN('text'));
  addLeft();
  addRight();
  const refused = await made.crr('generate');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(
    /change the same thing, as happens when two git branches are merged\. Make the last one again: delete \d+_right/,
  );
});

test('a folder of drizzle-kit 0.31 is refused until drizzle-kit up, and goes on then', async () => {
  const made = await project({ 'drizzle.config.ts': CONFIG });
  await made.useLine('0.45');
  await generate(made, 'base', POSTS + TAGS);
  await generate(made, 'body', POSTS_AND_BODY + TAGS);
  // The table of migrations is that of 0.45 then.
  made.write({
    'drizzle.config.ts': CONFIG.replace('{ ', "{ dbCredentials: { url: 'file:old.db' }, "),
  });
  const applied = await made.kit('migrate');
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);

  await made.useLine('1.0');
  const before = made.snapshot('drizzle');
  made.write({ 'schema.ts': POSTS_AND_BODY + TAGS_AND_COLOR });
  const refused = await made.crr('generate');
  expect(refused.stderr).toMatch(
    /has migrations of drizzle-kit 0\.31, and the project has drizzle-kit 1\.0: run npx drizzle-kit up/,
  );
  expect(refused.code).toBe(1);
  expect(made.snapshot('drizzle')).toEqual(before);
  const up = await made.kit('up');
  expect(up.code, up.stdout + up.stderr).toBe(0);
  made.write({ 'schema.ts': POSTS_AND_BODY + TAGS });
  expect((await made.crr('check', '--offline')).stdout).toMatch(/agree: 2 CRRs/);

  await generate(made, 'color', POSTS_AND_BODY + TAGS_AND_COLOR);
  const old = await migrated(made, 'old.db');
  expect(await differences(made, old)).toEqual([]);
  expect(await differences(made, await migrated(made, 'fresh.db'))).toEqual([]);

  await made.useLine('0.45');
  const back = await made.crr('generate');
  expect(back.stderr).toMatch(
    /has migrations of drizzle-kit 1\.0, and the project has drizzle-kit 0\.31: install drizzle-kit 1\.0/,
  );
});

test('options that drizzle-kit 1.0 has no more are refused by name', async () => {
  const made = await project({ 'drizzle.config.ts': CONFIG, 'schema.ts': POSTS });
  const prefix = await made.crr('generate', '--prefix', 'timestamp');
  expect([prefix.code, prefix.stderr]).toEqual([
    2,
    expect.stringContaining('--prefix is not known to drizzle-kit 1.0'),
  ]);
  const casing = /casing is 'snake_case', which Drizzle 1\.0 has no more.*asCrr\(snakeCase\.table/;
  const flag = await made.crr('generate', '--schema', 'schema.ts', '--casing', 'snake_case');
  expect(flag.stderr).toMatch(casing);
  made.write({ 'drizzle.config.ts': CONFIG.replace('{ ', "{ casing: 'snake_case', ") });
  const config = await made.crr('check', '--offline');
  expect([config.code, config.stderr]).toEqual([1, expect.stringMatching(casing)]);
  expect(made.snapshot('drizzle')).toEqual({});
});

test('the schema decides the casing', async () => {
  const made = await project({ 'drizzle.config.ts': CONFIG });
  const schema = `import { asCrr } from 'drizzle-crr';
import { snakeCase, text } from 'drizzle-orm/sqlite-core';
export const posts = asCrr(snakeCase.table('posts', { id: text().primaryKey().notNull(), fullTitle: text() }));`;
  const tag = await generate(made, 'first', schema);
  expect(made.read(`drizzle/${tag}/migration.sql`)).toContain('"clock_full_title"');
  const client = await migrated(made, 'app.db');
  expect(await differences(made, client)).toEqual([]);
  await client.execute("INSERT INTO posts (id, full_title) VALUES ('a', 'x')");
  const { exports } = await loadProject(made.folder, {});
  const { changes } = await withCrr(drizzle({ client }), { schema: exports }).$crr.changes();
  expect(changes.map(({ cid, val }) => [cid, val])).toEqual([['full_title', 'x']]);
});

test('a folder that was edited by hand', async () => {
  const made = await project({ 'drizzle.config.ts': CONFIG });
  const tag = await generate(made, 'one', POSTS);
  const whole = made.snapshot('drizzle');
  made.write({ 'schema.ts': POSTS_AND_BODY });
  const sql = whole[`${tag}/migration.sql`]!;
  const damage: [() => void, RegExp][] = [
    [
      () => made.write({ [`drizzle/${tag}/snapshot.json`]: '<<<<<<< HEAD' }),
      /snapshot\.json is not valid JSON/,
    ],
    [
      () => made.write({ [`drizzle/${tag}/snapshot.json`]: '{"id":"a"}' }),
      /snapshot\.json has no ddl or no prevIds/,
    ],
    [() => rmSync(join(made.folder, 'drizzle', tag, 'snapshot.json')), /has no .*snapshot\.json/],
    [
      () => made.write({ [`drizzle/${tag}/migration.sql`]: sql.replace('"set":[', '"set":') }),
      /crr:state comment of migration \d+_one cannot be read/,
    ],
    [
      () => made.write({ 'drizzle/meta/_journal.json': '{"entries":[]}' }),
      /has migrations of drizzle-kit 0\.31 and of drizzle-kit 1\.0/,
    ],
  ];
  for (const [make, message] of damage) {
    make();
    const before = made.snapshot('drizzle');
    const result = await made.crr('generate');
    expect(result.stderr).toMatch(message);
    expect(result.code).toBe(1);
    expect(made.snapshot('drizzle')).toEqual(before);
    for (const [path, text] of Object.entries(whole)) {
      writeFileSync(join(made.folder, 'drizzle', path), text);
    }
  }
});

test('a migration whose name has a later time than now stays the last one', async () => {
  const made = await project({ 'drizzle.config.ts': CONFIG });
  const tag = await generate(made, 'one', POSTS);
  const late = tag.replace(/^\d{4}/, '2999');
  renameSync(join(made.folder, 'drizzle', tag), join(made.folder, 'drizzle', late));
  made.write({ 'schema.ts': POSTS_AND_BODY });
  const before = made.snapshot('drizzle');
  const refused = await made.crr('generate');
  expect(refused.stderr).toMatch(/would run before 2999\d+_one, whose name has a later time/);
  expect(made.snapshot('drizzle')).toEqual(before);
  expect(readdirSync(join(made.folder, 'drizzle'))).toEqual([late]);
});

test('migrations made within a second keep their order', async () => {
  const made = await project({ 'drizzle.config.ts': CONFIG });
  const names = ['c', 'b', 'a'];
  await generate(made, 'c', POSTS);
  await generate(made, 'b', POSTS_AND_BODY);
  await generate(made, 'a', POSTS);
  const folders = readdirSync(join(made.folder, 'drizzle')).sort();
  expect(folders.map((tag) => tag.slice(-1))).toEqual(names);
});
