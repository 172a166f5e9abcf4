/** Runs on a page, on Drizzle 0.45: sqlocal, whose database is in a worker of its own. */
import { drizzle } from 'drizzle-orm/sqlite-proxy';
import { SQLocalDrizzle } from 'sqlocal/drizzle';
import { sqliteProxy } from '../../../src/engines/sqlite-proxy.js';
import { expose } from './expose.js';

expose(async () => ({
  async open(name) {
    const client = new SQLocalDrizzle({ databasePath: name });
    const { storageType } = await client.getDatabaseInfo();
    if (storageType !== 'opfs') throw new Error(`sqlocal keeps the database in ${storageType}`);
    const { driver, batchDriver } = client;
    return {
      adapter: sqliteProxy,
      client: driver,
      drizzle: () => drizzle(driver, batchDriver),
      close: () => client.destroy(),
    };
  },
  async remove(name) {
    const client = new SQLocalDrizzle({ databasePath: name });
    await client.deleteDatabaseFile();
    await client.destroy();
  },
}));
