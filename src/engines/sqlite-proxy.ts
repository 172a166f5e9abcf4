import type { SqlValue } from '../model/value.js';
import type { DriverRow } from '../sql/driver-value.js';
import type { AsyncEngine, EngineAdapter } from './engine.js';
import { batchInTurn, SQLITE_LIMITS, turns } from './one-connection.js';

/** The function that an application gives to Drizzle's sqlite-proxy: rows are arrays of values. */
type RemoteCallback = (
  sql: string,
  params: SqlValue[],
  method: 'run' | 'all' | 'values' | 'get',
) => Promise<{ readonly rows?: DriverRow[] }>;

const NAME = 'sqlite-proxy';

/**
 * Everything that has no driver of its own in Drizzle, such as sqlite-wasm, sqlocal and wa-sqlite. All calls
 * of the function must reach one connection: transactions are BEGIN and COMMIT on it.
 */
export const sqliteProxy: EngineAdapter<AsyncEngine> = {
  name: NAME,
  madeBy: 'drizzle() of drizzle-orm/sqlite-proxy',
  databaseClasses: ['SqliteRemoteDatabase'],
  connect(client) {
    if (typeof client !== 'function') return undefined;
    const call = client as RemoteCallback;
    const exclusively = turns();
    return {
      name: NAME,
      kind: 'async',
      transactions: 'interactive',
      client,
      ...SQLITE_LIMITS,
      exclusively,
      batch: batchInTurn(
        async ({ sql, args }) => (await call(sql, [...args], 'values')).rows ?? [],
        exclusively,
      ),
    };
  },
};
