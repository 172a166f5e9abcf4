import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('the team example keeps its foreign keys and unique columns', {
  timeout: 240_000,
}, async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'drizzle-crr-example-'));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  await cp(join(root, 'examples/team/drizzle'), join(cwd, 'drizzle'), { recursive: true });
  const tsx = createRequire(import.meta.url).resolve('tsx/cli');
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [tsx, join(root, 'examples/team/index.ts')],
    { cwd, env: { ...process.env, TSX_TSCONFIG_PATH: join(root, 'tsconfig.json') } },
  );
  expect(stderr).toBe('');
  expect(stdout).toContain('  Boat  mast~t4       -\n');
  expect(stdout).toContain('  tasks t5: reference, because of {"id":"p2"}\n');
  expect(stdout.trim().split('\n').slice(-6)).toEqual([
    '  Boat  hull          -     done',
    '  Boat  mast          -',
    '  Boat  second mast   -',
    '  Shed  door          -',
    '',
    'Both laptops show the same.',
  ]);
});
