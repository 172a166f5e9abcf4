import { DEFAULT_BUSY_TIMEOUT, isBusy, Patience } from './busy.js';
import type { AsyncEngine, EngineAdapter, EngineOptions } from './engine.js';
import { hasMethods } from './has-methods.js';
import type { LibsqlClient } from './libsql-client.js';
import { bySavepoint } from './one-connection.js';
import { patientClient } from './patient-client.js';

const NAME = 'libSQL';

/** libSQL and Turso by @libsql/client: `file:`, `:memory:`, `http:`, `ws:`, `libsql:`. */
export const libsql: EngineAdapter<AsyncEngine> = {
  name: NAME,
  madeBy: 'drizzle() of drizzle-orm/libsql',
  databaseClasses: ['LibSQLDatabase'],
  connect: (client, options) =>
    hasMethods<LibsqlClient>(client, 'batch') ? libsqlConnection(client, options) : undefined,
};

/**
 * A client in this process frees its statements when the event loop turns, and its promises are
 * settled at once: a loop of batches would never let it. So every so many batches wait for a turn.
 */
const BATCHES_PER_TURN = 32;

export function libsqlConnection(
  given: LibsqlClient,
  { busyTimeout = DEFAULT_BUSY_TIMEOUT }: EngineOptions = {},
): AsyncEngine {
  const isLocal = given.protocol === 'file';
  const client = isLocal ? patientClient(given, busyTimeout) : given;
  let batches = 0;
  const batch: AsyncEngine['batch'] = async (statements, mode) => {
    if (isLocal && ++batches % BATCHES_PER_TURN === 0) {
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    const send = () =>
      client.batch(
        statements.map(({ sql, args }) => ({ sql, args: [...args] })),
        mode,
      );
    const results = await (isLocal ? send() : patiently(busyTimeout, send));
    return results.map(({ rows }) => rows);
  };
  return {
    name: NAME,
    kind: 'async',
    transactions: 'interactive',
    client,
    maxParameters: 32_766,
    // A server's limit. A database in this process takes 10^9.
    maxStatementBytes: 5_000_000,
    maxColumns: 2_000,
    batch,
    rehearse: bySavepoint(batch),
  };
}

/** A server makes writers wait by itself, up to a time of its own. */
async function patiently<T>(ms: number, run: () => Promise<T>): Promise<T> {
  const patience = new Patience(ms);
  for (;;) {
    try {
      return await run();
    } catch (error) {
      if (!isBusy(error)) throw error;
      await patience.beforeNext(error);
    }
  }
}
