/**
 * Checks the types of projects: `tsx tools/types.ts [--each] tsconfig.json ...`. With `--each`, every TypeScript that
 * is supported checks them, as what is published is; otherwise the fastest one does.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { TYPESCRIPT, TYPESCRIPT_NEXT } from './typescript.js';

const { values, positionals } = parseArgs({
  options: { each: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const compilers = values.each ? [TYPESCRIPT, TYPESCRIPT_NEXT] : [TYPESCRIPT_NEXT];

const failed = positionals.flatMap((config) =>
  compilers
    .filter(
      (tsc) => spawnSync(process.execPath, [tsc, '-p', config], { stdio: 'inherit' }).status !== 0,
    )
    .map((tsc) => `${tsc} -p ${config}`),
);
for (const command of failed) console.error(`failed: ${command}`);
process.exitCode = failed.length > 0 ? 1 : 0;
