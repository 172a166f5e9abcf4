/** Runs in a worker: sqlite-wasm on the file system that `?vfs=` names. */
import initSqlite, { type Sqlite3Static } from '@sqlite.org/sqlite-wasm';
import { drizzle } from 'drizzle-orm/sqlite-proxy';
import { sqliteProxy } from '../../../src/engines/sqlite-proxy.js';
import { proxyFunctions } from '../proxy-functions.js';
import { expose } from './expose.js';

expose(async () => {
  const { make, remove } = await fileSystem(await initSqlite());
  return {
    remove,
    async open(name) {
      const client = make(name);
      return {
        adapter: sqliteProxy,
        client: proxyFunctions(
          (sql, bind, rowMode) =>
            client.exec({ sql, bind, rowMode, returnValue: 'resultRows' } as never) as never,
        ),
        drizzle: drizzle as never,
        close: async () => client.close(),
      };
    },
  };
});

async function fileSystem({ installOpfsSAHPoolVfs, oo1 }: Sqlite3Static) {
  if (new URL(location.href).searchParams.get('vfs') === 'opfs') {
    return {
      make: (name: string) => new oo1.OpfsDb(`/${name}`),
      async remove(name: string) {
        const root = await navigator.storage.getDirectory();
        await root.removeEntry(name);
      },
    };
  }
  // A file of the pool for each database and each of their journals.
  const pool = await installOpfsSAHPoolVfs({ initialCapacity: 12 });
  return {
    make: (name: string) => new pool.OpfsSAHPoolDb(`/${name}`),
    remove: async (name: string) => void pool.unlink(`/${name}`),
  };
}
