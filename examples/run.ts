/** Runs an example by name: `npm run -s example <name>`. */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('.', import.meta.url);
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(new URL(`${entry.name}/index.ts`, folder)))
  .map(({ name }) => name);
const name = process.argv[2];
if (name === undefined || !names.includes(name)) {
  console.error(`npm run -s example <name>, where <name> is one of: ${names.join(', ')}`);
  process.exitCode = 2;
} else {
  await import(fileURLToPath(new URL(`${name}/index.ts`, folder)));
}
