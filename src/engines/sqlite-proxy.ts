import type { SqlValue } from '../model/value.js';
import type { DriverRow } from '../sql/driver-value.js';
import { readsOnly } from '../sql/reads-only.js';
import type { Statement } from '../sql/statement.js';
import type { AsyncEngine, EngineAdapter } from './engine.js';
import { batchInTurn, SQLITE_LIMITS, turnsOn } from './one-connection.js';

/** What an application gives to the sqlite-proxy of Drizzle 0.45: rows are arrays of values. */
type Callback = (
  sql: string,
  params: SqlValue[],
  method: 'run' | 'values',
) => Promise<{ readonly rows?: DriverRow[] }>;

/** What it gives to that of Drizzle 1.0. */
interface Executors {
  run(sql: string, params: SqlValue[]): Promise<unknown>;
  all(sql: string, params: SqlValue[], rowMode: 'array'): Promise<DriverRow[]>;
}

const NAME = 'sqlite-proxy';

/**
 * Everything that has no driver of its own in Drizzle, such as sqlite-wasm, sqlocal and wa-sqlite. All calls
 * of the functions must reach one connection: transactions are BEGIN and COMMIT on it.
 */
export const sqliteProxy: EngineAdapter<AsyncEngine> = {
  name: NAME,
  madeBy: 'drizzle() of drizzle-orm/sqlite-proxy',
  databaseClasses: ['SqliteRemoteDatabase'],
  connect(client, { busyTimeout }) {
    const query = queryOf(client);
    if (query === undefined) return undefined;
    const exclusively = turnsOn(client as object, busyTimeout);
    return {
      name: NAME,
      kind: 'async',
      transactions: 'interactive',
      client: client as object,
      ...SQLITE_LIMITS,
      exclusively,
      batch: batchInTurn(query, exclusively),
    };
  },
};

function queryOf(client: unknown): ((statement: Statement) => Promise<DriverRow[]>) | undefined {
  if (typeof client === 'function') {
    const call = client as Callback;
    return async ({ sql, args }) => {
      const { rows = [] } = await call(sql, [...args], givesRows(sql) ? 'values' : 'run');
      return rows;
    };
  }
  const { run, all } = (client ?? {}) as Partial<Executors>;
  if (run === undefined || all === undefined) return undefined;
  return async ({ sql, args }) => {
    if (givesRows(sql)) return all(sql, [...args], 'array');
    await run(sql, [...args]);
    return [];
  };
}

const givesRows = (sql: string) => readsOnly(sql) || /\breturning\b/i.test(sql);
