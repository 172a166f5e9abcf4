/** `npm run bench [-- --quick] [--json] [--only writes,changes,...]` */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { withBundle } from './bundle.js';

await withBundle(['main', 'memory-child'], async (directory) => {
  const child = spawn(
    process.execPath,
    [
      '--enable-source-maps',
      ...process.execArgv.filter((arg) => arg.startsWith('--cpu-prof')),
      `${directory}/main.mjs`,
      ...process.argv.slice(2),
    ],
    { stdio: 'inherit', env: { ...process.env, NODE_ENV: 'production' } },
  );
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
});
