import { createRequire } from 'node:module';

/** The paths of the compilers: a package.json that finds one of them is beside each. */
const compilerOf = (from: string | URL): string =>
  createRequire(from).resolve('typescript/package.json').replace('package.json', 'bin/tsc');

/** The one that the declarations are made with. */
export const TYPESCRIPT = compilerOf(import.meta.url);
/** The next one, which is several times faster. */
export const TYPESCRIPT_NEXT = compilerOf(new URL('./typescript-7/package.json', import.meta.url));
