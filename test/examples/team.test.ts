import { expect, test } from 'vitest';
import { runTsx } from '../support/run-tsx.js';

test('the team example keeps its foreign keys and unique columns', {
  timeout: 240_000,
}, async () => {
  const { code, stdout, stderr } = await runTsx('examples/run.ts', ['team']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
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
