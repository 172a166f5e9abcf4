/**
 * `npm run bench [-- --quick] [--json] [--only writes,changes,...]`
 *
 * tsx keeps the names of functions by a call for each closure that is made, which slows hot loops;
 * so this bundles the benchmark as the package is bundled for publishing, and runs that.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';

const root = fileURLToPath(new URL('..', import.meta.url));
// Inside the project, so that the bundle finds the project's packages.
const outDir = `${root}node_modules/.cache/bench-${process.pid}`;

try {
  await build({
    config: false,
    entry: { main: `${root}bench/main.ts`, 'memory-child': `${root}bench/memory-child.ts` },
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
  const child = spawn(
    process.execPath,
    [
      '--enable-source-maps',
      ...process.execArgv.filter((arg) => arg.startsWith('--cpu-prof')),
      `${outDir}/main.mjs`,
      ...process.argv.slice(2),
    ],
    { stdio: 'inherit', env: { ...process.env, NODE_ENV: 'production' } },
  );
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
} finally {
  await rm(outDir, { recursive: true, force: true });
}
