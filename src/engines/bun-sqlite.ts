import type { DriverRow } from '../sql/driver-value.js';
import { DEFAULT_BUSY_TIMEOUT } from './busy.js';
import type { EngineAdapter, SyncEngine } from './engine.js';
import { hasMethods } from './has-methods.js';
import { statementEngine } from './sync-engine.js';

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
    if (!hasMethods<BunDatabase>(client, 'run', 'prepare')) return undefined;
    return statementEngine({
      name: NAME,
      client,
      one: ({ sql, args }) => {
        const prepared = client.prepare(sql);
        try {
          if (prepared.columnNames.length > 0) return prepared.values(...args);
          prepared.run(...args);
          return [];
        } finally {
          prepared.finalize();
        }
      },
      execute: (sql) => client.run(sql),
      busyTimeout,
    });
  },
};
