/** Bundled migrations, and what Drizzle's own migrators make of a database that has run them. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'libsql';
import { describe, expect, test } from 'vitest';
import type { MigrationBundle } from '../../src/browser/index.js';
import { WorkerDatabase } from '../../src/browser/worker-database.js';
import { CONFIG } from '../cli/notes-project.js';
import { openClient } from '../support/client.js';
import { type TestProject, testProject } from '../support/project.js';
import { libsqlConnection } from './libsql-connection.js';

const schema = (columns: string) => `import { crrTable } from 'drizzle-crr';
import { text } from 'drizzle-orm/sqlite-core';
export const notes = crrTable('notes', { id: text('id').primaryKey().notNull(), ${columns} });`;

const workerDatabase = (file: string) => new WorkerDatabase(libsqlConnection(new Database(file)));

const tablesOf = async (file: string) => {
  const client = openClient({ url: `file:${file}` });
  const { rows } = await client.execute(
    "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE '%drizzle%' ORDER BY name",
  );
  const journal = await client.execute('SELECT hash FROM __drizzle_migrations ORDER BY created_at');
  client.close();
  return { schema: rows.map(Object.values), journal: journal.rows.map(Object.values) };
};

/** Drizzle's own migrator on a file, of the project's line. */
async function migrateByDrizzle(project: TestProject, file: string): Promise<void> {
  const from = (name: string) =>
    import(pathToFileURL(join(project.folder, 'node_modules/drizzle-orm/libsql', name)).href);
  const { drizzle } = await from('index.js');
  const { migrate } = await from('migrator.js');
  const client = openClient({ url: `file:${file}` });
  await migrate(drizzle({ client }), { migrationsFolder: join(project.folder, 'drizzle') });
  client.close();
}

describe.each(['0.45', '1.0'] as const)('on Drizzle %s', (line) => {
  test('a database is the same whether the bundle or the folder was run, and each goes on from the other', async () => {
    const project = await testProject({
      'drizzle.config.ts': CONFIG,
      'schema.ts': schema("body: text('body')"),
    });
    await project.useLine(line);
    const path = (name: string) => join(project.folder, name);
    const bundle = async (): Promise<MigrationBundle> => {
      expect(await project.crr('bundle', '--to', 'app/bundle.json')).toMatchObject({ code: 0 });
      return JSON.parse(project.read('app/bundle.json')) as MigrationBundle;
    };
    expect(await project.crr('bundle')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('has no migrations: make one with drizzle-crr generate'),
    });
    expect(await project.crr('generate', '--name', 'first')).toMatchObject({ code: 0 });
    const first = await bundle();
    expect(first).toMatchObject({
      hasNames: line === '1.0',
      migrations: [{ name: expect.stringContaining('first') }],
    });
    expect(await project.crr('bundle', '--check', '--to', 'app/bundle.json')).toMatchObject({
      code: 0,
      stdout: 'app/bundle.json is up to date: 1 migration.\n',
    });
    workerDatabase(path('bundle.db')).migrate(first);
    workerDatabase(path('both.db')).migrate(first);
    await migrateByDrizzle(project, path('folder.db'));

    project.write({ 'schema.ts': schema("body: text('body'), title: text('title')") });
    expect(await project.crr('generate', '--name', 'second')).toMatchObject({ code: 0 });
    expect(await project.crr('bundle', '--check', '--to', 'app/bundle.json')).toMatchObject({
      code: 1,
      stderr:
        'app/bundle.json is not up to date: run drizzle-crr bundle --to app/bundle.json, and commit it.\n',
    });
    const second = await bundle();
    expect(second.migrations).toHaveLength(2);
    for (let i = 0; i < 2; i++) {
      workerDatabase(path('bundle.db')).migrate(second);
      workerDatabase(path('folder.db')).migrate(second);
      await migrateByDrizzle(project, path('both.db'));
    }
    const expected = await tablesOf(path('bundle.db'));
    expect(expected.journal).toHaveLength(2);
    expect(await tablesOf(path('folder.db'))).toEqual(expected);
    expect(await tablesOf(path('both.db'))).toEqual(expected);
    project.remove();
  });
});

test('a migration that fails leaves the database as it was, and those before it', () => {
  const migration = (name: string, ...statements: string[]) => ({
    name,
    when: 1,
    hash: name,
    statements,
  });
  const database = workerDatabase(':memory:');
  const bundle = {
    hasNames: false,
    migrations: [
      migration('first', 'CREATE TABLE a (x)'),
      migration('second', 'CREATE TABLE b (x)', 'CREATE TABLE a (x)'),
    ],
  };
  expect(() => database.migrate(bundle)).toThrow('table a already exists');
  const { execute } = database.connection;
  expect(execute("SELECT name FROM sqlite_schema WHERE name IN ('a', 'b')", [])).toEqual([['a']]);
  expect(execute('SELECT hash FROM __drizzle_migrations', [])).toEqual([['first']]);
});

test('the bundle is a module of the kind that its name says', async () => {
  const project = await testProject({
    'drizzle.config.ts': CONFIG,
    'schema.ts': schema("body: text('body')"),
  });
  await project.crr('generate');
  expect(await project.crr('bundle', '--check')).toMatchObject({
    code: 1,
    stderr:
      'migrations.ts does not exist (--to names another file): run drizzle-crr bundle, and commit it.\n',
  });
  expect(await project.crr('bundle')).toMatchObject({
    code: 0,
    stdout: 'Wrote 1 migration to migrations.ts.\n',
  });
  expect(project.read('migrations.ts')).toMatch(
    /^\/\/ Made by drizzle-crr bundle.*\nimport type \{ MigrationBundle \} from 'drizzle-crr\/browser';\n\nexport default \{/,
  );
  await project.crr('bundle', '--to', 'migrations.mjs');
  const module = (await import(pathToFileURL(join(project.folder, 'migrations.mjs')).href)) as {
    default: MigrationBundle;
  };
  expect(module.default.migrations).toHaveLength(1);
  expect(await project.crr('bundle', '--to', 'migrations.sql')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(
      'migrations.sql: the bundle is a .ts, .mts, .js, .mjs or .json file',
    ),
  });
  project.remove();
});
