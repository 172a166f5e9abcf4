import type { DriverRow } from '../sql/driver-value.js';
import { DEFAULT_BUSY_TIMEOUT } from './busy.js';
import type { EngineAdapter, SyncEngine } from './engine.js';
import { batchByStatements } from './one-connection.js';
import { syncEngine } from './sync-engine.js';

/** What is used of a Database of bun:sqlite. */
interface BunDatabase {
  run(sql: string): unknown;
  prepare(sql: string): {
    readonly columnNames: readonly string[];
    values(...args: unknown[]): DriverRow[];
    run(...args: unknown[]): unknown;
    finalize(): void;
  };
}

const NAME = 'bun:sqlite';

export const bunSqlite: EngineAdapter<SyncEngine> = {
  name: NAME,
  madeBy: 'drizzle() of drizzle-orm/bun-sqlite',
  databaseClasses: ['BunSQLiteDatabase', 'SQLiteBunDatabase'],
  connect(client, { busyTimeout = DEFAULT_BUSY_TIMEOUT }) {
    if (!isClient(client)) return undefined;
    client.run(`PRAGMA busy_timeout = ${busyTimeout}`);
    return syncEngine({
      name: NAME,
      client,
      batchNow: batchByStatements(
        ({ sql, args }) => {
          const prepared = client.prepare(sql);
          try {
            if (prepared.columnNames.length > 0) return prepared.values(...args);
            prepared.run(...args);
            return [];
          } finally {
            prepared.finalize();
          }
        },
        (sql) => client.run(sql),
      ),
    });
  },
};

function isClient(client: unknown): client is BunDatabase {
  const { run, prepare } = (client ?? {}) as Partial<BunDatabase>;
  return typeof run === 'function' && typeof prepare === 'function';
}
