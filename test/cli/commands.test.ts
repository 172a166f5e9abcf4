import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Io } from '../../src/cli/io.js';
import { main } from '../../src/cli/main.js';
import { allCommands } from '../../src/cli/program.js';
import { isDrizzle1 } from '../support/drizzle-line.js';
import { type TestProject, testProject } from '../support/project.js';
import { notesProject } from './notes-project.js';

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
    expect(allCommands()).toHaveLength(13);
    for (const command of allCommands()) {
      const parser = command.parser();
      const name = parser.name();
      expect(general.stdout).toMatch(new RegExp(`^  ${name}\\b.*  ${parser.summary()}$`, 'm'));
      const own = await run(name, '--help');
      expect(own).toMatchObject({ code: 0, stderr: '' });
      expect(own.stdout).toContain(`Usage: drizzle-crr ${name}`);
      expect(await run('help', name)).toEqual(own);
    }
  });

  test('without a command there is help, with --version the version', async () => {
    expect(await run()).toEqual(await run('--help'));
    expect(await run('help')).toEqual(await run('--help'));
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(await run('--version')).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test('every command takes the options that name the project, in the words of drizzle-kit', async () => {
    for (const command of allCommands()) {
      const { stdout } = await run(command.parser().name(), '--help');
      for (const option of ['--config', '--schema', '--dialect', '--casing', '--out']) {
        expect(stdout).toContain(`  ${option} <`);
      }
    }
  });

  test('an error of a command has no stack trace', async () => {
    const { code, stderr } = await run('generate');
    expect(code).toBe(1);
    expect(stderr).toBe(
      'drizzle-crr generate: there is no drizzle.config.ts, .js or .json in /nowhere: run drizzle-crr in the folder where you run drizzle-kit, or pass --config <file>, or --schema <path> instead of a config\n',
    );
  });
});

/** drizzle-kit 1.0 has neither of them: see test/drizzle-1. */
const CASING = isDrizzle1 ? '' : "casing: 'snake_case', ";
const PREFIX = isDrizzle1 ? [] : ['--prefix', 'timestamp'];

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
export default defineConfig({ dialect: 'turso', ${CASING}schema: './src/**/*.table.ts', out: './migrations', dbCredentials: { url: 'app.db' } });`,
        'src/columns.ts': `import { text } from 'drizzle-orm/sqlite-core';
export const id = () => text().primaryKey().notNull();`,
        'src/blog/posts.table.ts': `import { asCrr, crrTable } from 'drizzle-crr';
import { ${isDrizzle1 ? 'snakeCase, ' : ''}text } from 'drizzle-orm/sqlite-core';
import { id } from '~/columns';
export const table = ${isDrizzle1 ? "asCrr(snakeCase.table('posts', { id: id(), fullTitle: text() }))" : "crrTable('posts', { id: id(), fullTitle: text() })"};`,
        'src/tags.table.ts': `import { crrTable } from 'drizzle-crr';
import { id } from '~/columns';
export const table = crrTable('tags', { id: id() });`,
      },
      { type },
    );
  });
  afterAll(() => project?.remove());

  test('generates from globs, path aliases and casing, and drizzle-kit migrates', async () => {
    const made = await project.crr('generate', '--name', 'first');
    expect(made.code, made.stderr).toBe(0);
    const [, file] = /CRR steps added to (migrations\/\d+_first\S*\.sql)/.exec(made.stdout)!;
    expect(project.read(file!)).toContain('"clock_full_title"');
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
    expect(pushed.stderr).toMatch(/after drizzle-kit push the database does not match the schema/);
    const answered = await project.crrAnswering(['new'], 'push', '--force');
    expect(answered.code, answered.stdout).toBe(0);
    expect(answered.stdout).toContain('The database and its CRRs match the schema.');
    expect((await project.crr('check')).code).toBe(0);
  });
});

describe("drizzle-kit's own options of generate", () => {
  let project: TestProject;
  beforeAll(async () => {
    project = await notesProject();
  });
  afterAll(() => project?.remove());

  test('are handed on with a config', async () => {
    const made = await project.crr('generate', '--name=first', ...PREFIX);
    expect(made.code, made.stderr).toBe(0);
    expect(made.stdout).toMatch(
      /CRR steps added to drizzle\/\d{14}_first(\/migration)?\.sql:\n {2}notes: becomes a CRR/,
    );
    const custom = await project.crr('generate', '--custom', '--name', 'own');
    expect(custom.stdout).toMatch(/drizzle\/\d{4,14}_own(\/migration)?\.sql changes no CRR/);
  });

  test('are handed on instead of a config', async () => {
    const casing = isDrizzle1 ? [] : ['--casing', 'snake_case'];
    const options = ['--schema', './schema.ts', '--out', 'elsewhere', ...casing];
    for (const dialect of [[], ['--dialect', 'turso']]) {
      const made = await project.crr('generate', ...options, ...dialect, '--name', 'first');
      expect(made.code, made.stderr).toBe(0);
    }
    const files = Object.keys(project.snapshot('elsewhere')).filter((file) =>
      file.endsWith('.sql'),
    );
    expect(files).toEqual([expect.stringMatching(/^\d+_first(\/migration)?\.sql$/)]);
    const checked = await project.crr('check', '--offline', ...options);
    expect(checked).toMatchObject({
      code: 0,
      stdout: 'The migrations and the schema agree: 1 CRR.\n',
    });
  });

  test('--breakpoints=false is refused, since such a migration would not run', async () => {
    const { code, stderr } = await project.crr('generate', '--breakpoints=false');
    expect([code, stderr.split(':')[1]]).toEqual([1, ' breakpoints is false']);
  });
});
