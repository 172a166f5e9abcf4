import { CrrUsageError } from '../errors.js';
import type { SqlValue } from '../model/value.js';
import type { DriverRow } from '../sql/driver-value.js';
import { readsOnly } from '../sql/reads-only.js';
import type { Statement } from '../sql/statement.js';
import type { AsyncEngine, EngineAdapter } from './engine.js';
import { batchInTurn, bySavepoint, SQLITE_LIMITS, turnsOn } from './one-connection.js';

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
 * of the functions must reach one connection: transactions are BEGIN and COMMIT on it. If they have a member `atomicBatch`,
 * it is called with the statements of a transaction at once.
 */
export const sqliteProxy: EngineAdapter<AsyncEngine> = {
  name: NAME,
  madeBy: 'drizzle() of drizzle-orm/sqlite-proxy',
  databaseClasses: ['SqliteRemoteDatabase'],
  connect(client, { busyTimeout }) {
    const send = queryOf(client);
    if (send === undefined) return undefined;
    const query = async (statement: Statement) => requireArrays(await send(statement));
    const exclusively = turnsOn(client as object, busyTimeout);
    const { atomicBatch } = client as { readonly atomicBatch?: Batch };
    const batch: Batch =
      atomicBatch === undefined
        ? batchInTurn(query, exclusively)
        : (statements, mode) => exclusively(() => atomicBatch(statements, mode));
    const safely = onOneConnection(batch);
    return {
      name: NAME,
      kind: 'async',
      transactions: 'interactive',
      client: client as object,
      ...SQLITE_LIMITS,
      exclusively,
      batch: safely,
      rehearse: bySavepoint(safely),
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

/** @throws {CrrUsageError} CRR_USAGE_DRIVER if the application's function gives rows as objects. */
function requireArrays(rows: DriverRow[]): DriverRow[] {
  if (rows.every((row) => typeof row?.length === 'number')) return rows;
  throw new CrrUsageError(
    'CRR_USAGE_DRIVER',
    'the functions given to drizzle-orm/sqlite-proxy return rows as objects: return each as an array of its values, in the order of the columns',
  );
}

type Batch = AsyncEngine['batch'];

/** If the functions open a connection for each call, the end of a transaction finds none that is open. */
const onOneConnection =
  (batch: Batch): Batch =>
  async (statements, mode) => {
    try {
      return await batch(statements, mode);
    } catch (error) {
      if (!/no transaction is active/.test(String(error))) throw error;
      throw new CrrUsageError(
        'CRR_USAGE_DRIVER',
        'the functions given to drizzle-orm/sqlite-proxy lost a transaction between two calls: all of them have to reach the same connection',
      );
    }
  };

const givesRows = (sql: string) =>
  readsOnly(sql) || /\breturning\b/i.test(sql) || READING_PRAGMA.test(sql);

/** One that sets something gives none, and some drivers refuse to look for rows there. */
const READING_PRAGMA = /^\s*pragma\s+[^=]+$/i;
