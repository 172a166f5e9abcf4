import { expect, test } from 'vitest';
import { runTsx } from '../support/run-tsx.js';

test('the telemetry example counts what both sides did', { timeout: 240_000 }, async () => {
  const { code, stdout, stderr } = await runTsx('examples/run.ts', ['telemetry']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.trim().split('\n');
  const sums = lines.slice(0, -1).map((line) => line.replace(/ +(\d+)$/, ': $1'));
  expect(sums.filter((line) => !line.startsWith('crr.bytes'))).toEqual([
    'crr.changes apply: 3',
    'crr.changes handler-request pulled: 1',
    'crr.changes handler-request pushed: 2',
    'crr.duration apply: 2',
    'crr.duration handler-request: 1',
    'crr.duration sync: 1',
    'crr.duration sync-request: 1',
    'crr.recoveries sync-retry 503: 1',
    'crr.rows apply inserted: 3',
  ]);
  expect(lines.at(-1)).toBe('3 rows were merged; the client sent its request again 1 time.');
});
