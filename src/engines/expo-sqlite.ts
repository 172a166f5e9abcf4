import type { DriverRow } from '../sql/driver-value.js';
import { DEFAULT_BUSY_TIMEOUT } from './busy.js';
import type { EngineAdapter, SyncEngine } from './engine.js';
import { batchByStatements } from './one-connection.js';
import { syncEngine } from './sync-engine.js';

/** What is used of a database that openDatabaseSync() of expo-sqlite gives. */
interface ExpoDatabase {
  execSync(sql: string): void;
  prepareSync(sql: string): {
    executeForRawResultSync(args: unknown[]): { getAllSync(): DriverRow[] };
    finalizeSync(): void;
  };
}

const NAME = 'Expo SQLite';

export const expoSqlite: EngineAdapter<SyncEngine> = {
  name: NAME,
  madeBy: 'drizzle() of drizzle-orm/expo-sqlite',
  databaseClasses: ['ExpoSQLiteDatabase'],
  connect(client, { busyTimeout = DEFAULT_BUSY_TIMEOUT }) {
    if (!isClient(client)) return undefined;
    client.execSync(`PRAGMA busy_timeout = ${busyTimeout}`);
    return syncEngine({
      name: NAME,
      client,
      batchNow: batchByStatements(
        ({ sql, args }) => {
          const prepared = client.prepareSync(sql);
          try {
            return prepared.executeForRawResultSync([...args]).getAllSync();
          } finally {
            prepared.finalizeSync();
          }
        },
        (sql) => client.execSync(sql),
      ),
    });
  },
};

function isClient(client: unknown): client is ExpoDatabase {
  const { execSync, prepareSync } = (client ?? {}) as Partial<ExpoDatabase>;
  return typeof execSync === 'function' && typeof prepareSync === 'function';
}
