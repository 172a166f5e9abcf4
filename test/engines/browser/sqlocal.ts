/** Runs on a page: sqlocal, whose database is in a worker of its own. */
import { drizzle } from 'drizzle-orm/sqlite-proxy';
import { SQLocalDrizzle } from 'sqlocal/drizzle';
import { sqliteProxy } from '../../../src/engines/sqlite-proxy.js';
import { isDrizzle1, proxyFunctions } from '../proxy-functions.js';
import { expose } from './expose.js';

expose(async () => ({
  async open(name) {
    const client = new SQLocalDrizzle({ databasePath: name });
    const { storageType } = await client.getDatabaseInfo();
    if (storageType !== 'opfs') throw new Error(`sqlocal keeps the database in ${storageType}`);
    const { driver } = client;
    return {
      adapter: sqliteProxy,
      client: isDrizzle1
        ? proxyFunctions(async (sql, params, rowMode) => {
            const { rows, columns } = await driver(sql, params, 'all');
            const entries = (row: unknown[]) => row.map((value, i) => [columns[i], value]);
            return rowMode === 'array'
              ? rows
              : rows.map((row) => Object.fromEntries(entries(row as unknown[])));
          })
        : driver,
      drizzle: drizzle as never,
      close: () => client.destroy(),
    };
  },
  async remove(name) {
    const client = new SQLocalDrizzle({ databasePath: name });
    await client.deleteDatabaseFile();
    await client.destroy();
  },
}));
