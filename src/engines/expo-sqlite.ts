import type { DriverRow } from '../sql/driver-value.js';
import { DEFAULT_BUSY_TIMEOUT } from './busy.js';
import type { EngineAdapter, SyncEngine } from './engine.js';
import { hasMethods } from './has-methods.js';
import { statementEngine } from './sync-engine.js';

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
    if (!hasMethods<ExpoDatabase>(client, 'execSync', 'prepareSync')) return undefined;
    return statementEngine({
      name: NAME,
      client,
      one: ({ sql, args }) => {
        const prepared = client.prepareSync(sql);
        try {
          return prepared.executeForRawResultSync([...args]).getAllSync();
        } finally {
          prepared.finalizeSync();
        }
      },
      execute: (sql) => client.execSync(sql),
      busyTimeout,
    });
  },
};
