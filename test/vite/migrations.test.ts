/** The plugin in the real Vite: in a build, and in the development server. */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, createServer, type Plugin } from 'vite';
import { expect, test, vi } from 'vitest';
import { migrations } from '../../src/vite/index.js';
import { type TestProject, testProject } from '../support/project.js';

const schema = (columns: string) => `import { crrTable } from 'drizzle-crr';
import { text } from 'drizzle-orm/sqlite-core';
export const notes = crrTable('notes', { id: text('id').primaryKey().notNull(), ${columns} });
`;

const opened = () =>
  testProject({
    'drizzle.config.ts': `export default { dialect: 'sqlite', schema: './schema.ts', out: './drizzle' };`,
    'schema.ts': schema("body: text('body')"),
    'app/main.ts':
      "import bundle from './migrations.js';\nconsole.log(bundle.migrations.length);\n",
  });

// It is typed without Vite, and fits.
const plugin: Plugin = migrations({ to: 'app/migrations.ts' });

const buildOf = (project: TestProject) =>
  build({
    root: project.folder,
    configFile: false,
    logLevel: 'silent',
    plugins: [plugin],
    build: { write: false, lib: { entry: 'app/main.ts', formats: ['es'] } },
  });

test('a build bundles the migrations of the folder', async () => {
  const project = await opened();
  await expect(buildOf(project)).rejects.toThrow(/has no migrations: make one with/);
  expect(await project.crr('generate', '--name', 'first')).toMatchObject({ code: 0 });
  await buildOf(project);
  expect(project.read('app/migrations.ts')).toContain('first');
  expect(await project.crr('bundle', '--check', '--to', 'app/migrations.ts')).toMatchObject({
    code: 0,
  });
  project.remove();
});

test('migrations that drizzle-kit alone has made are refused', async () => {
  const project = await opened();
  expect(await project.kit('generate')).toMatchObject({ code: 0 });
  const refusal = /run drizzle-crr generate instead of drizzle-kit generate/;
  await expect(buildOf(project)).rejects.toThrow(refusal);
  expect(existsSync(join(project.folder, 'app/migrations.ts'))).toBe(false);
  const bundled = await project.crr('bundle');
  expect(bundled).toMatchObject({ code: 1 });
  expect(bundled.stderr).toMatch(refusal);
  project.remove();
});

test('the development server follows the folder, and goes on without it', async () => {
  const project = await opened();
  await project.crr('generate', '--name', 'first');
  const errors: string[] = [];
  const server = await createServer({
    root: project.folder,
    configFile: false,
    logLevel: 'silent',
    plugins: [
      plugin,
      {
        name: 'hear',
        configResolved: ({ logger }) => {
          logger.error = (message) => errors.push(message);
        },
      },
    ],
    server: { middlewareMode: true, ws: false },
  });
  try {
    await server.pluginContainer.buildStart();
    expect(project.read('app/migrations.ts')).toContain('first');
    writeFileSync(
      join(project.folder, 'schema.ts'),
      schema("body: text('body'), tag: text('tag')"),
    );
    await project.crr('generate', '--name', 'second');
    await vi.waitFor(() => expect(project.read('app/migrations.ts')).toContain('second'), 30_000);
    rmSync(join(project.folder, 'drizzle'), { recursive: true });
    await vi.waitFor(() => expect(errors.join()).toContain('has no migrations'), 30_000);
    expect(project.read('app/migrations.ts')).toContain('second');
  } finally {
    await server.close();
    project.remove();
  }
});
