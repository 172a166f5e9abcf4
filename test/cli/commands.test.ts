import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Io } from '../../src/cli/command.js';
import { commands, main } from '../../src/cli/index.js';
import { type TestProject, testProject } from '../support/project.js';

async function run(...args: string[]) {
  let stdout = '';
  let stderr = '';
  const io: Io = {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    cwd: '/nowhere',
    env: {},
    isTTY: false,
  };
  return { code: await main(args, io), stdout, stderr };
}

describe('the table of commands', () => {
  test('every command has help that names it, and lists in the general help', async () => {
    const general = await run('--help');
    for (const { name, summary } of commands) {
      expect(general.stdout).toContain(`${name}`);
      expect(general.stdout).toContain(summary);
      const own = await run(name, '--help');
      expect(own).toMatchObject({ code: 0, stderr: '' });
      expect(own.stdout).toContain(`Usage: drizzle-crr ${name}`);
      expect(await run('help', name)).toEqual(own);
    }
  });

  test('no command shows help, an unknown one fails as a wrong call', async () => {
    expect((await run()).code).toBe(0);
    const unknown = await run('genrate');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('there is no command "genrate"');
  });

  test('an error of a command has no stack trace', async () => {
    const { code, stderr } = await run('generate');
    expect(code).toBe(1);
    expect(stderr).toBe(
      'drizzle-crr generate: there is no drizzle.config.ts or drizzle.config.js or drizzle.config.json in /nowhere: run this where drizzle-kit runs, or pass --config\n',
    );
  });
});

describe.each(['module', 'commonjs'] as const)('a project of type %s', (type) => {
  let project: TestProject;
  beforeAll(async () => {
    project = await testProject(
      {
        'tsconfig.json': JSON.stringify({
          compilerOptions: {
            module: 'esnext',
            moduleResolution: 'bundler',
            paths: { '~/*': ['./src/*'] },
          },
        }),
        'drizzle.config.ts': `import { defineConfig } from 'drizzle-kit';
export default defineConfig({ dialect: 'turso', casing: 'snake_case', schema: './src/**/*.table.ts', out: './migrations', dbCredentials: { url: 'app.db' } });`,
        'src/columns.ts': `import { text } from 'drizzle-orm/sqlite-core';
export const id = () => text().primaryKey().notNull();`,
        'src/blog/posts.table.ts': `import { crrTable } from 'drizzle-crr';
import { text } from 'drizzle-orm/sqlite-core';
import { id } from '~/columns';
export const table = crrTable('posts', { id: id(), fullTitle: text() });`,
        'src/tags.table.ts': `import { crrTable } from 'drizzle-crr';
import { id } from '~/columns';
export const table = crrTable('tags', { id: id() });`,
      },
      type,
    );
  });
  afterAll(() => project?.remove());

  test('generates from globs, path aliases and casing, and drizzle-kit migrates', async () => {
    const made = await project.crr('generate', '--name', 'first');
    expect(made.code, made.stderr).toBe(0);
    expect(made.stdout).toContain('CRR steps added to migrations/0000_first.sql');
    expect(project.read('migrations/0000_first.sql')).toContain('"v_full_title"');
    const applied = await project.kit('migrate');
    expect(applied.code, applied.stdout + applied.stderr).toBe(0);
    const checked = await project.crr('check');
    expect(checked.stdout).toBe('The database and the schema agree: 2 CRRs.\n');
    expect(checked.code).toBe(0);
    const again = await project.crr('generate');
    expect(again.stdout).toContain('Nothing to migrate');
    expect(again.code).toBe(0);
  });

  test('push brings a database to the schema and keeps the CRR parts', async () => {
    const path = 'src/blog/posts.table.ts';
    project.write({ [path]: project.read(path).replace('fullTitle: text()', 'body: text()') });
    expect((await project.crr('check')).stdout).toMatch(/posts: the table has no column "body"/);
    const pushed = await project.crr('push', '--force');
    expect(pushed.code, pushed.stdout + pushed.stderr).toBe(1);
    expect(pushed.stderr).toMatch(/did not bring the database to the schema/);
    const answered = await project.crrAnswering(['new'], 'push', '--force');
    expect(answered.code, answered.stdout).toBe(0);
    expect(answered.stdout).toContain('The database and its CRRs are as the schema says.');
    expect((await project.crr('check')).code).toBe(0);
  });
});
