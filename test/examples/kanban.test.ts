import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('the kanban example ends with equal boards', { timeout: 240_000 }, async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'drizzle-crr-example-'));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  await cp(join(root, 'examples/kanban/drizzle'), join(cwd, 'drizzle'), { recursive: true });
  const tsx = createRequire(import.meta.url).resolve('tsx/cli');
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [tsx, join(root, 'examples/kanban/index.ts')],
    { cwd, env: { ...process.env, TSX_TSCONFIG_PATH: join(root, 'tsconfig.json') } },
  );
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^ {2}build {2}Ben or Ada\?$/m);
  expect(stdout.trim().split('\n').slice(-8)).toEqual([
    expect.stringMatching(/^ {2}(─{22} {2}){2}─{22}$/),
    `  ${'plan  +5'.padEnd(48)}paint`,
    '  draw',
    '  check',
    '  measure',
    '  build  Ada',
    '',
    'Both boards are the same; plan has 2 + 3 votes.',
  ]);
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
});
