import type Database from 'libsql';
import type { WorkerConnection } from '../../src/browser/index.js';

/** A database in this process, as a worker has one in a browser. */
export const libsqlConnection = (db: Database.Database): WorkerConnection => ({
  execute(sql, args) {
    const statement = db.prepare(sql) as unknown as {
      readonly reader: boolean;
      run(args: readonly unknown[]): void;
      raw(): { all(args: readonly unknown[]): unknown[][] };
    };
    if (statement.reader) return statement.raw().all(args);
    statement.run(args);
    return [];
  },
  isInTransaction: () => db.inTransaction,
});
