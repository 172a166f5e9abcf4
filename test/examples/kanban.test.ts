import { expect, test } from 'vitest';
import { runTsx } from '../support/run-tsx.js';

test('the kanban example ends with equal boards', { timeout: 240_000 }, async () => {
  const { code, stdout, stderr } = await runTsx('examples/run.ts', ['kanban']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
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
