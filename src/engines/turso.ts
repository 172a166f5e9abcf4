import type { SqlValue } from '../model/value.js';
import type { DriverRow } from '../sql/driver-value.js';
import type { AsyncEngine, EngineAdapter } from './engine.js';
import { hasMethods } from './has-methods.js';
import { bySavepoint, SQLITE_LIMITS } from './one-connection.js';

/** What is used of a Database of @tursodatabase/database, of its wasm build, and of @tursodatabase/sync. */
interface TursoDatabase {
  batch(
    statements: { sql: string; args: SqlValue[] }[],
    options: { mode: 'deferred' | 'immediate'; raw: true },
  ): Promise<{ readonly rows: DriverRow[] }[]>;
  exec(sql: string): Promise<unknown>;
  prepare(sql: string): unknown;
}

const NAME = 'Turso';

/** The Turso engine, a rewrite of SQLite. */
export const turso: EngineAdapter<AsyncEngine> = {
  name: NAME,
  madeBy: 'drizzle() of drizzle-orm/tursodatabase',
  databaseClasses: ['TursoDatabaseDatabase', 'TursoDatabaseSyncDatabase'],
  connect(client) {
    if (!hasMethods<TursoDatabase>(client, 'batch', 'exec', 'prepare')) return undefined;
    let keepsInMemory: Promise<boolean> | undefined;
    const batch: AsyncEngine['batch'] = async (statements, mode) => {
      keepsInMemory ??= keepRowsInMemory(client);
      if (!(await keepsInMemory)) keepsInMemory = undefined;
      const results = await client.batch(
        statements.map(({ sql, args }) => ({ sql, args: [...args] })),
        { mode: mode === 'write' ? 'immediate' : 'deferred', raw: true },
      );
      return results.map(({ rows }) => rows);
    };
    return {
      name: NAME,
      kind: 'async',
      transactions: 'interactive',
      client,
      mergingStyle: { upserts: true },
      ...SQLITE_LIMITS,
      batch,
      rehearse: bySavepoint(batch),
    };
  },
};

/**
 * An UPDATE of a table with triggers first collects its rows in a temporary table. Turso makes a file for each, which
 * takes 1 to 3 ms, also for one row and also in a trigger: so each row of a merge would pay it. What the application
 * has set itself stays.
 *
 * @returns false if a transaction was open, in which it cannot be set: the next batch tries again.
 */
async function keepRowsInMemory(client: TursoDatabase): Promise<boolean> {
  try {
    const [setting] = await client.batch([{ sql: 'PRAGMA temp_store', args: [] }], {
      mode: 'deferred',
      raw: true,
    });
    const { 0: store } = setting!.rows[0]!;
    if (Number(store) === 0) await client.exec('PRAGMA temp_store = MEMORY');
    return true;
  } catch (error) {
    if (/within a transaction/.test((error as Error).message)) return false;
    throw error;
  }
}
