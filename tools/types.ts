/** Checks the types of projects with every TypeScript that is supported: `tsx tools/types.ts tsconfig.json ...`. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

/** The one that the project is built with, and the next one. */
const COMPILERS = [import.meta.url, new URL('./typescript-7/package.json', import.meta.url)].map(
  (from) =>
    createRequire(from).resolve('typescript/package.json').replace('package.json', 'bin/tsc'),
);

const failed = process.argv
  .slice(2)
  .flatMap((config) =>
    COMPILERS.filter(
      (tsc) => spawnSync(process.execPath, [tsc, '-p', config], { stdio: 'inherit' }).status !== 0,
    ).map((tsc) => `${tsc} -p ${config}`),
  );
for (const command of failed) console.error(`failed: ${command}`);
process.exitCode = failed.length > 0 ? 1 : 0;
