/** Bad input to `generate`: one message, and the project's files are as they were. */
import { spawn } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { testProject } from '../support/project.js';

const CONFIG = `export default { dialect: 'sqlite', schema: './schema.ts', out: './drizzle' };`;
const HEAD = `import { crrTable } from 'drizzle-crr';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
`;
const POSTS = `${HEAD}export const posts = crrTable('posts', { id: text('id').primaryKey().notNull(), title: text('title') });`;
const POSTS_AND_BODY = POSTS.replace(
  "title: text('title')",
  "title: text('title'), body: text('body')",
);

const projects: { remove(): void }[] = [];
async function project(files: Readonly<Record<string, string>>) {
  const made = await testProject(files);
  projects.push(made);
  return made;
}
afterEach(() => {
  for (const made of projects.splice(0)) made.remove();
});

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
    !readdirSync(join(made.folder, 'drizzle')).includes('0001_two.sql')
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

test('a folder that was edited by hand', async () => {
  const made = await project({ 'drizzle.config.ts': CONFIG, 'schema.ts': POSTS });
  expect((await made.crr('generate', '--name', 'one')).code).toBe(0);
  const whole = made.snapshot('drizzle');
  made.write({ 'schema.ts': POSTS_AND_BODY });
  const damage: [() => void, RegExp][] = [
    [
      () => made.write({ 'drizzle/meta/_journal.json': '<<<<<<< HEAD' }),
      /_journal\.json is not valid JSON/,
    ],
    [() => rmSync(join(made.folder, 'drizzle/0000_one.sql')), /there is no .*0000_one\.sql/],
    [
      () =>
        made.write({ 'drizzle/0000_one.sql': whole['0000_one.sql']!.replace('"set":[', '"set":') }),
      /crr:state comment of migration 0000_one cannot be read/,
    ],
    [
      () =>
        made.write({
          'drizzle/0000_one.sql': whole['0000_one.sql']!.replace(/"format":\d+/, '"format":99'),
        }),
      /has format 99/,
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
  expect(refused.stderr).toMatch(/drizzle-kit alone wrote 0001_plain, which changes "posts"/);
  expect(made.snapshot('drizzle')).toEqual(before);
  const found = await made.crr('check');
  expect(found.code).toBe(1);
  expect(found.stdout).toMatch(
    /posts: column "body" has no clocks\n.*posts: \d+ triggers.*1 missing/,
  );
  expect((await made.crr('check', '--offline')).stdout).toMatch(
    /drizzle-kit alone wrote 0001_plain/,
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
  made.write({
    'schema.ts': POSTS.replace("text('title')", "text('title').notNull().default('')"),
  });
  await made.kit('generate', '--name', 'plain');
  expect((await made.kit('migrate')).code).toBe(1);
  const refused = await made.crr('generate', '--repair');
  expect(refused.stderr).toMatch(
    /0001_plain cannot run, because libSQL refuses it while the triggers are there: remove it/,
  );
  expect(await made.crr('check')).toMatchObject({ code: 1 });
});

test('two git branches that changed different CRRs merge; the same CRR must be made again', async () => {
  const tags = `\nexport const tags = crrTable('tags', { id: text('id').primaryKey().notNull() });`;
  const tagsAndColor = tags.replace('.notNull() }', ".notNull(), color: text('color') }");
  const base = await project({ 'drizzle.config.ts': CONFIG, 'schema.ts': POSTS + tags });
  await base.crr('generate', '--name', 'base');
  const ofBase = base.snapshot('drizzle');
  const branch = async (schema: string, name: string) => {
    for (const path of Object.keys(base.snapshot('drizzle')))
      rmSync(join(base.folder, 'drizzle', path));
    for (const [path, text] of Object.entries(ofBase)) base.write({ [`drizzle/${path}`]: text });
    base.write({ 'schema.ts': schema });
    const result = await base.crr('generate', '--name', name);
    expect(result.code, result.stderr).toBe(0);
    return base.read(`drizzle/0001_${name}.sql`);
  };
  const ours = await branch(POSTS_AND_BODY + tags, 'body');
  const disjoint = await branch(POSTS + tagsAndColor, 'color');
  const same = await branch(POSTS.replace('})', ", n: integer('n') })") + tags, 'n');

  // The merge as a person makes it: both migrations one after the other in the journal.
  const merge = async (name: string, theirs: string) => {
    const journal = JSON.parse(ofBase['meta/_journal.json']!);
    const entry = (idx: number, tag: string) => ({
      ...journal.entries[0],
      idx,
      tag,
      when: journal.entries[0].when + idx,
    });
    base.write({
      'drizzle/0001_body.sql': ours,
      [`drizzle/0002_${name}.sql`]: theirs,
      'drizzle/meta/0001_snapshot.json': base.read('drizzle/meta/0001_snapshot.json'),
      'drizzle/meta/0002_snapshot.json': base.read('drizzle/meta/0001_snapshot.json'),
      'drizzle/meta/_journal.json': JSON.stringify({
        ...journal,
        entries: [...journal.entries, entry(1, '0001_body'), entry(2, `0002_${name}`)],
      }),
    });
  };
  await merge('color', disjoint);
  base.write({ 'schema.ts': POSTS_AND_BODY + tagsAndColor });
  expect(await base.crr('check', '--offline')).toMatchObject({ code: 0 });

  // drizzle-kit refuses two migrations that follow the same one, and ends with 0.
  const merged = base.snapshot('drizzle');
  const collision = await base.crr('generate');
  expect(collision.code).toBe(1);
  expect(collision.stderr).toMatch(
    /two migrations follow the same one.*delete .*0002_color\.sql, .*0002_snapshot\.json/,
  );
  expect(base.snapshot('drizzle')).toEqual(merged);

  await merge('n', same);
  const before = base.snapshot('drizzle');
  const result = await base.crr('generate');
  expect(result.code).toBe(1);
  expect(result.stderr).toMatch(
    /migration 0002_n was made from another state of the CRR "posts", which 0001_body has changed since.*delete 0002_n\.sql, meta\/0002_snapshot\.json/,
  );
  expect(base.snapshot('drizzle')).toEqual(before);
});
