/** Runs in workerd, which compiles WebAssembly only before it starts: sql.js, for sites beside the one that is looked at. */
import { drizzle } from 'drizzle-orm/sql-js';
import initSqlJs from 'sql.js';
import wasm from 'sql.js/dist/sql-wasm.wasm';
import { sqlJs } from '../../../src/engines/sql-js.js';
import type { Database } from '../open-site.js';

export async function loadSqlJs(): Promise<() => Database> {
  // sql.js looks for its files beside the page.
  Object.assign(globalThis, { location: { href: '' } });
  const { Database } = await initSqlJs({
    instantiateWasm(imports: object, done: (instance: object) => void) {
      WebAssembly.instantiate(wasm, imports).then(done);
      return {};
    },
  } as never);
  return () => ({
    adapter: sqlJs,
    client: new Database(),
    drizzle: (client) => drizzle(client as never),
  });
}
