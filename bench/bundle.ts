/**
 * To keep the names of functions, tsx adds a call for each closure, which slows down hot loops, and its
 * compiler takes memory in every process. So a benchmark bundles itself as the package is bundled for
 * publishing, and runs the bundle.
 */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Bundles files of bench/ and passes their directory to `run`. Afterwards it is removed. */
export async function withBundle<T>(
  names: readonly string[],
  run: (directory: string) => Promise<T>,
): Promise<T> {
  // Inside the project, so that the bundle can import the project's packages.
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
