import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test('the migrations example ends with both sites holding the same rows', () => {
  const tsx = createRequire(import.meta.url).resolve('tsx/cli');
  const run = spawnSync(process.execPath, [tsx, 'examples/run.ts', 'migrations'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(run.stdout + run.stderr).toMatch(
    /5\. Somebody drops a trigger[\s\S]*Both sites hold the same rows\.\n$/,
  );
  expect(run.status).toBe(0);
});
