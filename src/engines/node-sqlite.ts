import type { DriverRow } from '../sql/driver-value.js';
import { DEFAULT_BUSY_TIMEOUT } from './busy.js';
import type { EngineAdapter, SyncEngine } from './engine.js';
import { hasMethods } from './has-methods.js';
import { PreparedStatements } from './prepared.js';
import { statementEngine } from './sync-engine.js';

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
    if (!hasMethods<DatabaseSync>(client, 'exec', 'prepare')) return undefined;
    const statements = new PreparedStatements((sql) => {
      const prepared = client.prepare(sql);
      prepared.setReturnArrays(true);
      return prepared;
    });
    return statementEngine({
      name: NAME,
      client,
      one: ({ sql, args }) => statements.run(sql, (prepared) => prepared.all(...args)),
      execute: (sql) => client.exec(sql),
      busyTimeout,
    });
  },
};
