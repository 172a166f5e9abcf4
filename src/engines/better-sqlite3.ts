import type { DriverRow } from '../sql/driver-value.js';
import type { Statement } from '../sql/statement.js';
import { DEFAULT_BUSY_TIMEOUT } from './busy.js';
import type { EngineAdapter, SyncEngine } from './engine.js';
import { hasMethods } from './has-methods.js';
import { PreparedStatements } from './prepared.js';
import { syncEngine } from './sync-engine.js';

/** What is used of better-sqlite3, and of the npm package libsql, which has its interface. */
interface BetterSqlite3 {
  prepare(sql: string): {
    readonly reader: boolean;
    raw(): { all(args: readonly unknown[]): DriverRow[] };
    run(args: readonly unknown[]): unknown;
  };
  transaction<T extends (...args: never[]) => unknown>(
    run: T,
  ): {
    immediate(...args: Parameters<T>): ReturnType<T>;
    deferred(...args: Parameters<T>): ReturnType<T>;
  };
  pragma(source: string): unknown;
}

const NAME = 'better-sqlite3';

/** better-sqlite3, and what has its interface: the npm package libsql. */
export const betterSqlite3: EngineAdapter<SyncEngine> = {
  name: NAME,
  madeBy: 'drizzle() of drizzle-orm/better-sqlite3',
  databaseClasses: ['BetterSQLite3Database'],
  connect(client, { busyTimeout = DEFAULT_BUSY_TIMEOUT }) {
    if (!hasMethods<BetterSqlite3>(client, 'prepare', 'transaction', 'pragma')) return undefined;
    client.pragma(`busy_timeout = ${busyTimeout}`);
    const statements = new PreparedStatements((sql) => client.prepare(sql));
    const one = ({ sql, args }: Statement): DriverRow[] =>
      statements.run(sql, (prepared) => {
        // In one list: the package libsql takes a single blob for an object of named values, and panics.
        if (prepared.reader) return prepared.raw().all(args);
        prepared.run(args);
        return [];
      });
    const all = client.transaction((list: readonly Statement[]) => list.map(one));
    return syncEngine({
      name: NAME,
      client,
      batchNow: (statements, mode) =>
        mode === 'write' ? all.immediate(statements) : all.deferred(statements),
    });
  },
};
