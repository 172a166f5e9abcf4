/** `npm run better-sqlite3`: compiles the addon of better-sqlite3, unless that is done. npm brings node-gyp along. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { BUILD_DIRECTORY, missingBetterSqlite3 } from './index.js';

if (missingBetterSqlite3() !== undefined) compile();

function compile(): void {
  const source = dirname(createRequire(import.meta.url).resolve('better-sqlite3/package.json'));
  rmSync(BUILD_DIRECTORY, { recursive: true, force: true });
  for (const part of ['package.json', 'binding.gyp', 'deps', 'src']) {
    cpSync(`${source}/${part}`, `${BUILD_DIRECTORY}/${part}`, { recursive: true });
  }
  // Tests wait for the compiler longer than for a slow SQLite.
  const flags = { CFLAGS: '-O0', CXXFLAGS: '-O0' };
  const { status, error, stderr } = spawnSync('node-gyp', ['rebuild', '--release', ...headers()], {
    cwd: BUILD_DIRECTORY,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    env: { ...process.env, ...flags },
    timeout: 300_000,
  });
  if (status === 0) return;
  console.error(
    `${stderr ?? ''}\nbetter-sqlite3 was not compiled${error ? `: ${error.message}` : ''}`,
  );
  process.exitCode = 1;
}

/** Those beside this Node, if there are any. Otherwise node-gyp downloads them. */
function headers(): string[] {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(`${prefix}/include/node/node.h`) ? [`--nodedir=${prefix}`] : [];
}
