import type { DriverRow } from '../sql/driver-value.js';
import { DEFAULT_BUSY_TIMEOUT } from './busy.js';
import type { EngineAdapter, SyncEngine } from './engine.js';
import { batchByStatements } from './one-connection.js';
import { syncEngine } from './sync-engine.js';

/** What is used of a DatabaseSync of node:sqlite. */
interface DatabaseSync {
  exec(sql: string): void;
  prepare(sql: string): {
    setReturnArrays(enabled: boolean): void;
    all(...args: unknown[]): DriverRow[];
  };
}

const NAME = 'node:sqlite';

/** node:sqlite, from Node 22.16 and 24 on. */
export const nodeSqlite: EngineAdapter<SyncEngine> = {
  name: NAME,
  madeBy: 'drizzle() of drizzle-orm/node-sqlite',
  databaseClasses: ['NodeSQLiteDatabase'],
  connect(client, { busyTimeout = DEFAULT_BUSY_TIMEOUT }) {
    if (!isClient(client)) return undefined;
    client.exec(`PRAGMA busy_timeout = ${busyTimeout}`);
    return syncEngine({
      name: NAME,
      client,
      batchNow: batchByStatements(
        ({ sql, args }) => {
          const prepared = client.prepare(sql);
          prepared.setReturnArrays(true);
          return prepared.all(...args);
        },
        (sql) => client.exec(sql),
      ),
    });
  },
};

function isClient(client: unknown): client is DatabaseSync {
  const { exec, prepare } = (client ?? {}) as Partial<DatabaseSync>;
  return typeof exec === 'function' && typeof prepare === 'function';
}
