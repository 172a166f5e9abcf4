/** Programs that are built with a mistake in their sources, to show that a suite finds it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { root } from './run-tsx.js';

export interface Mutant {
  /** What is wrong then. */
  readonly name: string;
  /** Below src. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
}

/**
 * Bundles a module with its part of src.
 *
 * @param entry below the root of the repository.
 * @param outfile inside of it, so that packages are found.
 */
export async function bundleMutants(
  mutants: readonly Mutant[],
  entry: string,
  outfile: string,
): Promise<void> {
  await build({
    entryPoints: [join(root, entry)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile,
    logLevel: 'error',
    plugins: mutants.map(replacing),
  });
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
