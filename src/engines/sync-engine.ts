import type { Limits } from '../database/connection.js';
import { CrrUsageError } from '../errors.js';
import type { DriverRow } from '../sql/driver-value.js';
import type { Statement } from '../sql/statement.js';
import type { SyncEngine } from './engine.js';
import { batchByStatements, bySavepoint, SQLITE_LIMITS } from './one-connection.js';

/** What a file of this folder knows of a driver that answers at once. */
export type SyncDriver = Pick<SyncEngine, 'name' | 'client' | 'batchNow'> &
  Partial<Pick<SyncEngine, keyof Limits | 'checksReferencesLate' | 'rehearse'>>;

export function syncEngine(driver: SyncDriver): SyncEngine {
  const batch: SyncEngine['batch'] = async (statements, mode) => {
    try {
      return driver.batchNow(statements, mode);
    } catch (error) {
      throw isInTransaction(error) ? inTransaction(driver.name) : error;
    }
  };
  return {
    kind: 'sync',
    transactions: 'interactive',
    ...SQLITE_LIMITS,
    rehearse: bySavepoint(batch),
    ...driver,
    batch,
  };
}

/** A transaction that is open on the connection is the application's own: everything else here begins and ends in one go. */
const isInTransaction = (error: unknown) =>
  error instanceof Error && /within a transaction/.test(error.message);

const inTransaction = (name: string) =>
  new CrrUsageError(
    'CRR_USAGE_ASYNC_TRANSACTION',
    `$crr was used while a transaction of ${name} is open: use it before or after`,
  );

/** A driver that runs one statement after the other on its connection. */
interface StatementDriver extends Pick<SyncEngine, 'name' | 'client'> {
  /** Runs a statement and gives its rows. */
  readonly one: (statement: Statement) => DriverRow[];
  /** Runs a statement without values and rows. */
  readonly execute: (sql: string) => unknown;
  /** How long SQLite waits for a lock, in milliseconds; undefined if nobody else can have the database. */
  readonly busyTimeout?: number;
}

export function statementEngine(driver: StatementDriver): SyncEngine {
  const { name, client, one, execute, busyTimeout } = driver;
  if (busyTimeout !== undefined) execute(`PRAGMA busy_timeout = ${busyTimeout}`);
  return syncEngine({ name, client, batchNow: batchByStatements(one, execute) });
}
