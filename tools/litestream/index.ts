/** The Litestream binary of this machine, for the tests; see package.json. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Its path; undefined if it is not installed. */
export function litestreamBinary(): string | undefined {
  const name = `litestream-${process.platform}-${process.arch}/litestream`;
  const path = fileURLToPath(new URL(`node_modules/@flydotio/${name}`, import.meta.url));
  return existsSync(path) ? path : undefined;
}
