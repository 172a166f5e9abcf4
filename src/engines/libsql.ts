import type { SqlValue } from '../model/value.js';
import type { DriverRow } from '../sql/driver-value.js';
import type { AsyncEngine, EngineAdapter } from './engine.js';

/** The members of @libsql/client that are used here. Structural, so that the package's types do not require it. */
export interface LibsqlClient {
  /** `'file'` if the database is in this process, also in memory. */
  readonly protocol: string;
  batch(
    statements: { sql: string; args: SqlValue[] }[],
    mode: 'read' | 'write',
  ): Promise<{ rows: DriverRow[] }[]>;
}

const NAME = 'libSQL';

/** libSQL and Turso by @libsql/client: `file:`, `:memory:`, `http:`, `ws:`, `libsql:`. */
export const libsql: EngineAdapter<AsyncEngine> = {
  name: NAME,
  madeBy: 'drizzle() of drizzle-orm/libsql',
  databaseClasses: ['LibSQLDatabase'],
  connect: (client) => (isClient(client) ? libsqlConnection(client) : undefined),
};

/**
 * A client in this process frees its statements when the event loop turns, and its promises are
 * settled at once: a loop of batches would never let it. So every so many batches wait for a turn.
 */
const BATCHES_PER_TURN = 32;

export function libsqlConnection(client: LibsqlClient): AsyncEngine {
  let batches = 0;
  return {
    name: NAME,
    kind: 'async',
    transactions: 'interactive',
    maxParameters: 32_766,
    // A server's limit. A database in this process takes 10^9.
    maxStatementBytes: 5_000_000,
    maxColumns: 2_000,
    async batch(statements, mode) {
      if (client.protocol === 'file' && ++batches % BATCHES_PER_TURN === 0) {
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      const results = await client.batch(
        statements.map(({ sql, args }) => ({ sql, args: [...args] })),
        mode,
      );
      return results.map(({ rows }) => rows);
    },
  };
}

function isClient(client: unknown): client is LibsqlClient {
  return typeof (client as Partial<LibsqlClient> | undefined)?.batch === 'function';
}
