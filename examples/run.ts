/** Runs an example: `npm run -s example <name>`. */
import { existsSync, readdirSync } from 'node:fs';

const here = new URL('.', import.meta.url);
const name = process.argv[2];
const names = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
if (name === undefined || !names.includes(name) || !existsSync(new URL(`${name}/index.ts`, here))) {
  console.error(`usage: npm run -s example <name>, where name is one of ${names.join(', ')}`);
  process.exitCode = 1;
} else {
  await import(`./${name}/index.ts`);
}
