import { readFileSync } from 'node:fs';

/** The version of this package; both src/cli and dist/cli lie two levels below package.json. */
export function packageVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
