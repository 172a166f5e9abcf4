import type { SqlValue } from '../model/value.js';
import type { DriverRow } from '../sql/driver-value.js';
import type { AsyncEngine, EngineAdapter } from './engine.js';
import { hasMethods } from './has-methods.js';
import { SQLITE_LIMITS } from './one-connection.js';

/** What is used of a Database of @tursodatabase/database, of its wasm build, and of @tursodatabase/sync. */
interface TursoDatabase {
  batch(
    statements: { sql: string; args: SqlValue[] }[],
    options: { mode: 'deferred' | 'immediate'; raw: true },
  ): Promise<{ readonly rows: DriverRow[] }[]>;
  prepare(sql: string): unknown;
}

const NAME = 'Turso';

/** The Turso engine, a rewrite of SQLite. */
export const turso: EngineAdapter<AsyncEngine> = {
  name: NAME,
  madeBy: 'drizzle() of drizzle-orm/tursodatabase',
  databaseClasses: ['TursoDatabaseDatabase', 'TursoDatabaseSyncDatabase'],
  connect: (client) =>
    hasMethods<TursoDatabase>(client, 'batch', 'prepare')
      ? {
          name: NAME,
          kind: 'async',
          transactions: 'interactive',
          client,
          ...SQLITE_LIMITS,
          async batch(statements, mode) {
            const results = await client.batch(
              statements.map(({ sql, args }) => ({ sql, args: [...args] })),
              { mode: mode === 'write' ? 'immediate' : 'deferred', raw: true },
            );
            return results.map(({ rows }) => rows);
          },
        }
      : undefined,
};
