/** The histories find mistakes: with each of them, one of a few histories fails. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { afterAll, expect, test } from 'vitest';
import { seedFromEnv } from '../support/random.js';
import { root } from '../support/run-tsx.js';
import { scratchProject } from '../support/scratch-project.js';
import type { firstFailure } from './first-failure.js';
import { MUTANTS, type Mutant } from './mutants.js';

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
  await build({
    entryPoints: [join(root, 'test/constraints/first-failure.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile,
    logLevel: 'error',
    plugins: mutants.map(replacing),
  });
  const copy: { firstFailure: typeof firstFailure } = await import(pathToFileURL(outfile).href);
  return copy.firstFailure(seedFromEnv(), mutants.length === 0 ? 2 : MOST_HISTORIES);
}

function replacing({ file, from, to }: Mutant): Plugin {
  const path = join(root, 'src', file);
  const [before, after, ...more] = readFileSync(path, 'utf8').split(from);
  if (after === undefined || more.length > 0)
    throw new Error(`not exactly once in ${file}: ${from}`);
  return {
    name: 'mutant',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, (args) =>
        args.path === path ? { contents: before + to + after, loader: 'ts' } : undefined,
      );
    },
  };
}
