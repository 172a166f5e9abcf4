import type { DriverRow } from '../sql/driver-value.js';
import type { EngineAdapter, SyncEngine } from './engine.js';
import { hasMethods } from './has-methods.js';
import { statementEngine } from './sync-engine.js';

/** What is used of a Database of sql.js. */
interface SqlJsDatabase {
  run(sql: string): unknown;
  prepare(sql: string, args?: unknown[]): { step(): boolean; get(): DriverRow; free(): boolean };
  export(): Uint8Array;
}

const NAME = 'sql.js';

/** sql.js: SQLite in WebAssembly, in memory. Drizzle 0.45 has no class of its own for it. */
export const sqlJs: EngineAdapter<SyncEngine> = {
  name: NAME,
  madeBy: 'drizzle() of drizzle-orm/sql-js',
  databaseClasses: ['SQLJsDatabase', 'BaseSQLiteDatabase'],
  connect: (client) =>
    hasMethods<SqlJsDatabase>(client, 'run', 'prepare', 'export')
      ? statementEngine({
          name: NAME,
          client,
          one: ({ sql, args }) => {
            const prepared = client.prepare(sql, [...args]);
            try {
              const rows: DriverRow[] = [];
              while (prepared.step()) rows.push(prepared.get());
              return rows;
            } finally {
              prepared.free();
            }
          },
          execute: (sql) => client.run(sql),
        })
      : undefined,
};
