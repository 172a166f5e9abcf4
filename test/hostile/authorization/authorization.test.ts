/**
 * What a client may ever learn and change: random rules for each table, a model of them, and clients that send what they like.
 * Rows that a client changes meet its conditions before and after; what waits is merged under the rights of its client at that
 * time, whatever anybody else does, and after a migration, too; answers hold rows that it may see, and the keys of those
 * that it sent or that left.
 */
import { beforeAll, expect, test } from 'vitest';
import type { Change } from '../../../src/index.js';
import { numberFromEnv, seedFromEnv } from '../../support/random.js';
import { type Counts, honestChanges, runHistory } from './history.js';

const HISTORIES = numberFromEnv('CRR_HISTORIES', 4);
const STEPS = 60;

let honest: readonly Change[];
beforeAll(async () => {
  honest = await honestChanges();
});

test('random clients change and learn what their rights allow, and nothing else', async () => {
  const counts: Counts = { exchanges: 0, refused: 0, merged: 0, pulled: 0, waited: 0 };
  for (let i = 0; i < HISTORIES; i++) {
    await runHistory(seedFromEnv() + i, STEPS, honest, counts);
  }
  // There was something to check.
  expect(counts.refused).toBeLessThan(counts.exchanges / 2);
  expect(counts.merged).toBeGreaterThan(HISTORIES);
  expect(counts.pulled).toBeGreaterThan(HISTORIES);
  expect(counts.waited).toBeGreaterThan(0);
});
