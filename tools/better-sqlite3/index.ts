/**
 * Opens databases by better-sqlite3. Its addon is not in its package: `npm run better-sqlite3` compiles it, which takes
 * half a minute, a C++ compiler, and Node's headers.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';

/** Where the addon is compiled, outside of node_modules. */
export const BUILD_DIRECTORY = fileURLToPath(new URL('./build', import.meta.url));

const ADDON = `${BUILD_DIRECTORY}/build/Release/better_sqlite3.node`;

/** Why it cannot be used here; undefined if it can. */
export function missingBetterSqlite3(): string | undefined {
  if (!existsSync(ADDON)) return 'not compiled: npm run better-sqlite3';
  try {
    createRequire(import.meta.url)(ADDON);
    return undefined;
  } catch {
    return 'compiled for another Node: npm run better-sqlite3';
  }
}

export function openBetterSqlite3(path: string): Database.Database {
  return new Database(path, { nativeBinding: ADDON });
}
