/** The simulator finds mistakes: with each of them, one of a few simulations fails. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { bundleMutants, type Mutant } from '../support/mutant.js';
import { seedFromEnv } from '../support/random.js';
import { isLong } from '../support/sampled.js';
import { scratchProject } from '../support/scratch-project.js';
import type { firstFailure } from './first-failure.js';
import { MUTANTS } from './mutants.js';

const MOST_STEPS = 3_000;
/** Only `npm run soak` has the time for all of them. */
const mutants = isLong ? MUTANTS : MUTANTS.slice(0, 1);
const project = scratchProject('simulator-mutants');
afterAll(() => project.remove());

test.each(mutants)('a simulation fails if $name', { timeout: 600_000 }, async (mutant) => {
  const found = await run(mutant);
  expect(found?.steps, mutant.name).toBeLessThanOrEqual(MOST_STEPS);
});

/** Runs simulations on a copy of the sources. */
async function run(mutant: Mutant) {
  const outfile = join(project.directory, `${MUTANTS.indexOf(mutant)}.mjs`);
  await bundleMutants([mutant], 'test/simulator/first-failure.ts', outfile);
  const copy: { firstFailure: typeof firstFailure } = await import(pathToFileURL(outfile).href);
  return copy.firstFailure(seedFromEnv(), { most: MOST_STEPS, length: 100 });
}
