/** Bad input to `generate`: one message, and the project's files are as they were. */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/libsql';
import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable, withCrr } from '../../src/index.js';
import { openClient } from '../support/client.js';
import { CONFIG, POSTS, POSTS_AND_BODY, project } from './posts-project.js';

const posts = crrTable('posts', { id: text('id').primaryKey().notNull(), title: text('title') });

test.each([
  [
    'no config',
    { 'schema.ts': POSTS },
    [],
    1,
    /there is no drizzle\.config\.ts, \.js or \.json in/,
  ],
  ['a config named that is not there', {}, ['--config', 'other.ts'], 1, /there is no .*other\.ts/],
  [
    'a config that throws',
    { 'drizzle.config.ts': 'throw new Error("bad day")' },
    [],
    1,
    /config\.ts cannot be loaded: bad day/,
  ],
  [
    'a config that exports nothing',
    { 'drizzle.config.ts': 'export default 5' },
    [],
    1,
    /does not export an object by default/,
  ],
  [
    'another dialect',
    { 'drizzle.config.ts': CONFIG.replace('sqlite', 'postgresql') },
    [],
    1,
    /dialect is "postgresql": expected 'sqlite' or 'turso'/,
  ],
  [
    'breakpoints: false',
    { 'drizzle.config.ts': CONFIG.replace('{ ', '{ breakpoints: false, '), 'schema.ts': POSTS },
    [],
    1,
    /only the first statement of each migration would run/,
  ],
  [
    'no schema file',
    { 'drizzle.config.ts': CONFIG },
    [],
    1,
    /no file matches schema '\.\/schema\.ts'/,
  ],
  [
    'a schema that throws',
    { 'drizzle.config.ts': CONFIG, 'schema.ts': `${POSTS}\nthrow new Error('boom')` },
    [],
    1,
    /schema\.ts cannot be loaded: boom/,
  ],
  [
    'a table that cannot be a CRR',
    { 'drizzle.config.ts': CONFIG, 'schema.ts': POSTS.replace('.primaryKey()', '') },
    [],
    1,
    /"posts" cannot be a CRR: it has no primary key/,
  ],
  [
    'a misspelt flag',
    { 'drizzle.config.ts': CONFIG },
    ['--nmae', 'x'],
    2,
    /unknown option '--nmae' \(Did you mean --name\?\)/,
  ],
  [
    'a flag without its value',
    { 'drizzle.config.ts': CONFIG },
    ['--name'],
    2,
    /option '--name <name>' argument missing/,
  ],
] as const)('generate with %s', async (_, files, args, code, message) => {
  const made = await project(files as Readonly<Record<string, string>>);
  const before = made.snapshot('.');
  const result = await made.crr('generate', ...args);
  expect(result.stderr).toMatch(message);
  expect(result.stderr).not.toMatch(/\n\s+at /);
  expect(result.code).toBe(code);
  expect(Object.keys(made.snapshot('.'))).toEqual(Object.keys(before));
});

test('a rename without a terminal is refused, and nothing is written', async () => {
  const made = await project({ 'drizzle.config.ts': CONFIG, 'schema.ts': POSTS });
  expect((await made.crr('generate')).code).toBe(0);
  const before = made.snapshot('drizzle');
  made.write({ 'schema.ts': POSTS.replace("title: text('title')", "name: text('name')") });
  const result = await made.crr('generate');
  expect(result.code).toBe(1);
  expect(result.stderr).toMatch(
    /there is no terminal to answer in: run drizzle-crr generate in a terminal/,
  );
  expect(made.snapshot('drizzle')).toEqual(before);
});

test('a run that is interrupted at the question leaves everything as it was', async () => {
  const made = await project({ 'drizzle.config.ts': CONFIG, 'schema.ts': POSTS });
  expect((await made.crr('generate')).code).toBe(0);
  const before = made.snapshot('drizzle');
  made.write({ 'schema.ts': POSTS.replace("title: text('title')", "name: text('name')") });
  const result = await made.crrAnswering(['interrupt'], 'generate');
  expect(result.stdout).toMatch(/made no migration, and the migrations folder is unchanged/);
  expect(result.code).toBe(1);
  expect(made.snapshot('drizzle')).toEqual(before);
});

test('a run that was killed half-way is taken back by the next', async () => {
  const made = await project({ 'drizzle.config.ts': CONFIG, 'schema.ts': POSTS });
  expect((await made.crr('generate', '--name', 'one')).code).toBe(0);
  const before = made.snapshot('drizzle');
  made.write({ 'schema.ts': POSTS_AND_BODY });
  // Killed as soon as drizzle-kit's migration is on disk, before the CRR steps are in it.
  const bin = join(made.folder, 'node_modules/drizzle-crr/dist/cli/bin.js');
  const child = spawn(process.execPath, [bin, 'generate', '--name', 'two'], {
    cwd: made.folder,
    stdio: 'ignore',
  });
  const ended = new Promise((done) => child.once('close', done));
  while (
    child.exitCode === null &&
    !readdirSync(join(made.folder, 'drizzle')).some((name) => /_two(\.sql)?$/.test(name))
  ) {
    await new Promise((done) => setTimeout(done, 2));
  }
  child.kill('SIGKILL');
  await ended;
  const left = Object.keys(made.snapshot('drizzle'));
  expect(left).toContain('.drizzle-crr-running.json');
  made.write({ 'schema.ts': POSTS });
  const result = await made.crr('generate');
  expect(result.stdout).toMatch(
    /An earlier run was interrupted; its half-made migration was removed/,
  );
  expect(result.stdout).toMatch(/Nothing to migrate/);
  expect(made.snapshot('drizzle')).toEqual(before);
});

test('a migration that drizzle-kit alone wrote is found, and made up for once it has run', async () => {
  const made = await project({
    'drizzle.config.ts': CONFIG.replace('{ ', "{ dbCredentials: { url: 'file:app.db' }, "),
    'schema.ts': POSTS,
  });
  await made.crr('generate');
  await made.kit('migrate');
  made.write({ 'schema.ts': POSTS_AND_BODY });
  await made.kit('generate', '--name', 'plain');
  expect((await made.kit('migrate')).code).toBe(0);
  const before = made.snapshot('drizzle');
  const refused = await made.crr('generate');
  expect(refused.stderr).toMatch(/drizzle-kit alone wrote \d+_plain, which changes "posts"/);
  expect(made.snapshot('drizzle')).toEqual(before);
  const found = await made.crr('check');
  expect(found.code).toBe(1);
  expect(found.stdout).toMatch(
    /posts: column "body" has no clocks\n.*posts: \d+ triggers.*1 missing/,
  );
  expect((await made.crr('check', '--offline')).stdout).toMatch(
    /drizzle-kit alone wrote \d+_plain/,
  );

  const repaired = await made.crr('generate', '--repair', '--name', 'repair');
  expect(repaired.stderr).toBe('');
  expect(repaired.code).toBe(0);
  expect((await made.kit('migrate')).code).toBe(0);
  expect(await made.crr('check')).toMatchObject({ code: 0 });
  expect(await made.crr('check', '--offline')).toMatchObject({ code: 0 });
});

test('a migration that drizzle-kit alone wrote and that cannot run is not repaired', async () => {
  const made = await project({
    'drizzle.config.ts': CONFIG.replace('{ ', "{ dbCredentials: { url: 'file:app.db' }, "),
    'schema.ts': POSTS,
  });
  await made.crr('generate');
  await made.kit('migrate');
  // Databases that merge have gates, whose triggers name the table and outlive it.
  const client = openClient({ url: `file:${join(made.folder, 'app.db')}` });
  await withCrr(drizzle({ client }), { schema: { posts } }).$crr.install();
  client.close();
  made.write({
    'schema.ts': POSTS.replace("text('title')", "text('title').notNull().default('')"),
  });
  await made.kit('generate', '--name', 'plain');
  expect((await made.kit('migrate')).code).toBe(1);
  const refused = await made.crr('generate', '--repair');
  expect(refused.stderr).toMatch(
    /_plain cannot run, because SQLite refuses it while the triggers are there: delete \d+_plain/,
  );
  expect(await made.crr('check')).toMatchObject({ code: 1 });
});
