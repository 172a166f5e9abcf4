/**
 * `npm run -s example <name>` runs an example in a temporary directory, together with its migrations
 * if it has any. Without a name, it lists the examples.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const names = (await readdir(here, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();
const usage = `Usage: npm run -s example <name>\n\nExamples: ${names.join(', ')}`;

async function run(name: string): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'drizzle-crr-example-'));
  try {
    const migrations = join(here, name, 'drizzle');
    if (existsSync(migrations))
      await cp(migrations, join(directory, 'drizzle'), { recursive: true });
    const tsx = createRequire(import.meta.url).resolve('tsx/cli');
    const child = spawn(process.execPath, [tsx, join(here, name, 'index.ts')], {
      cwd: directory,
      stdio: 'inherit',
      // Examples import drizzle-crr by its name. tsconfig.json maps that to src/.
      env: { ...process.env, TSX_TSCONFIG_PATH: join(here, '..', 'tsconfig.json') },
    });
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve(code ?? 1));
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const name = process.argv[2];
if (name === undefined) {
  console.log(usage);
} else if (names.includes(name)) {
  process.exitCode = await run(name);
} else {
  console.error(`There is no example "${name}".\n${usage}`);
  process.exitCode = 1;
}
