/** The histories find mistakes: with each of them, one of a few histories fails. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { bundleMutants, type Mutant } from '../support/mutant.js';
import { seedFromEnv } from '../support/random.js';
import { scratchProject } from '../support/scratch-project.js';
import type { firstFailure } from './first-failure.js';
import { MUTANTS } from './mutants.js';

const MOST_HISTORIES = 30;
const project = scratchProject('mutants');
afterAll(() => project.remove());

test('without a mistake no history fails', async () => {
  expect(await run([])).toBe(undefined);
});

test.each(MUTANTS)('a history fails if $name', { timeout: 600_000 }, async (mutant) => {
  expect(await run([mutant])).toBeLessThanOrEqual(MOST_HISTORIES);
});

/** Runs histories on a copy of the sources. */
async function run(mutants: readonly Mutant[]): Promise<number | undefined> {
  const outfile = join(project.directory, `${mutants.map(({ name }) => name).join()}.mjs`);
  await bundleMutants(mutants, 'test/constraints/first-failure.ts', outfile);
  const copy: { firstFailure: typeof firstFailure } = await import(pathToFileURL(outfile).href);
  return copy.firstFailure(seedFromEnv(), mutants.length === 0 ? 2 : MOST_HISTORIES);
}
