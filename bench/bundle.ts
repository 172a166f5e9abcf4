/**
 * tsx keeps the names of functions by a call for each closure that is made, which slows hot loops,
 * and its compiler takes memory in every process; so a benchmark bundles itself as the package is
 * bundled for publishing, and runs that.
 */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Bundles files of bench/ by name, and hands their directory to `run`; it is gone afterwards. */
export async function withBundle<T>(
  names: readonly string[],
  run: (directory: string) => Promise<T>,
): Promise<T> {
  // Inside the project, so that the bundle finds the project's packages.
  const outDir = `${root}node_modules/.cache/bench-${process.pid}`;
  try {
    await build({
      config: false,
      entry: Object.fromEntries(names.map((name) => [name, `${root}bench/${name}.ts`])),
      outDir,
      format: ['esm'],
      target: 'es2022',
      splitting: true,
      sourcemap: true,
      dts: false,
      skipNodeModulesBundle: true,
      silent: true,
      outExtension: () => ({ js: '.mjs' }),
    });
    return await run(outDir);
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}
