import type { DriverRow } from '../sql/driver-value.js';
import type { AsyncEngine, EngineAdapter } from './engine.js';
import { hasMethods } from './has-methods.js';
import { batchInTurn, bySavepoint, SQLITE_LIMITS, turnsOn } from './one-connection.js';

/** What is used of a database that open() of @op-engineering/op-sqlite gives. */
interface OpDatabase {
  execute(sql: string, args: unknown[]): Promise<unknown>;
  executeRaw(sql: string, args: unknown[]): Promise<{ readonly rawRows?: DriverRow[] }>;
}

const NAME = 'op-sqlite';

/** Drizzle 0.45's driver calls methods that op-sqlite has no more. That of 1.0 works. */
export const opSqlite: EngineAdapter<AsyncEngine> = {
  name: NAME,
  madeBy: 'drizzle() of drizzle-orm/op-sqlite, from Drizzle 1.0 on',
  databaseClasses: ['OPSQLiteDatabase'],
  connect(client, { busyTimeout }) {
    if (!hasMethods<OpDatabase>(client, 'execute', 'executeRaw')) return undefined;
    const exclusively = turnsOn(client, busyTimeout);
    const batch = batchInTurn(
      async ({ sql, args }) => (await client.executeRaw(sql, [...args])).rawRows ?? [],
      exclusively,
    );
    return {
      name: NAME,
      kind: 'async',
      transactions: 'interactive',
      client,
      ...SQLITE_LIMITS,
      exclusively,
      batch,
      rehearse: bySavepoint(batch),
    };
  },
};
