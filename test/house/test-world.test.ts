/** Tests open databases in one way: test/support. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Files that may call createClient, each with the reason. */
const ALLOWED = new Map([
  ['engines/browser/libsql-wasm.ts', 'it runs in a browser'],
  ['engines/libsql-versions.test.ts', 'older versions of the package, which only it opens'],
  ['support/client.ts', 'the one place'],
  ['engines/runtimes/libsql-web.ts', 'it runs in workerd'],
  ['oracle/our-site.ts', 'one test opens thousands of sites, and closes each with its history'],
  ['package/consumer.ts', 'only the types are checked: nothing is opened'],
  ['types/live-query.test-d.ts', 'only the types are checked: nothing is opened'],
  ['types/react.test-d.ts', 'only the types are checked: nothing is opened'],
  ['types/with-crr.test-d.ts', 'only the types are checked: nothing is opened'],
]);

test('clients are made in test/support/client.ts, so that each is closed', () => {
  const calls = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.startsWith('house/'))
    .filter((file) => /\bcreateClient\(/.test(readFileSync(join(root, file), 'utf8')));
  expect(calls.sort()).toEqual([...ALLOWED.keys()].sort());
});

test('what Vitest alone can load is not imported by programs that tests start', () => {
  for (const file of ['site.ts', 'client.ts', 'closing.ts', 'create-table.ts'])
    expect(readFileSync(join(root, 'support', file), 'utf8'), file).not.toMatch(/'vitest/);
});
