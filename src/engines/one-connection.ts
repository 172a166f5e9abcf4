import type { Connection } from '../database/connection.js';
import type { DriverRow } from '../sql/driver-value.js';
import type { Statement } from '../sql/statement.js';
import { DEFAULT_BUSY_TIMEOUT, Patience } from './busy.js';
import { WriteQueue } from './write-queue.js';

/** Limits of SQLite as nearly everybody compiles it. */
export const SQLITE_LIMITS = {
  maxParameters: 32_766,
  maxStatementBytes: 1_000_000,
  maxColumns: 2_000,
} as const;

type Mode = 'read' | 'write';

export const begin = (mode: Mode) => (mode === 'write' ? 'BEGIN IMMEDIATE' : 'BEGIN');

/** `rehearse` of a connection whose transactions can have savepoints: a batch that takes itself back, and commits nothing. */
export const bySavepoint =
  (batch: Connection['batch']): NonNullable<Connection['rehearse']> =>
  async (statements) => {
    const all = [SAVE, ...statements, TAKE_BACK, RELEASE];
    return (await batch(all, 'write')).slice(1, -2);
  };
const SAVE = { sql: 'SAVEPOINT crr_rehearsal', args: [] };
const TAKE_BACK = { sql: 'ROLLBACK TO crr_rehearsal', args: [] };
const RELEASE = { sql: 'RELEASE crr_rehearsal', args: [] };

/** A batch on a driver that answers at once. */
export function batchByStatements(
  one: (statement: Statement) => DriverRow[],
  execute: (sql: string) => unknown,
) {
  return (statements: readonly Statement[], mode: Mode): DriverRow[][] => {
    execute(begin(mode));
    try {
      const results = statements.map(one);
      execute('COMMIT');
      return results;
    } catch (error) {
      rollBack(() => execute('ROLLBACK'));
      throw error;
    }
  };
}

/** SQLite itself has taken some transactions back already, and then there is none to take back. */
function rollBack(execute: () => void): void {
  try {
    execute();
  } catch {
    // The error that is thrown is the first one.
  }
}

/** Runs it when nobody else uses the connection. */
export type Exclusively = <T>(run: () => Promise<T>) => Promise<T>;

const queues = new WeakMap<object, WriteQueue>();

/**
 * The turns of all who use a client, by whatever handle. Who waits for its own transaction, as a query of `db`
 * inside of it does, fails when its time is over.
 *
 * @param ms how long a turn is waited for.
 */
export function turnsOn(client: object, ms: number = DEFAULT_BUSY_TIMEOUT): Exclusively {
  const queue = queues.get(client) ?? new WriteQueue();
  queues.set(client, queue);
  return async (run) => {
    const leave = await queue.enter(new Patience(ms));
    try {
      return await run();
    } finally {
      leave();
    }
  };
}

/** A batch on a connection that answers with promises and is shared by everybody. */
export function batchInTurn(
  query: (statement: Statement) => Promise<DriverRow[]>,
  exclusively: Exclusively,
) {
  const execute = (sql: string) => query({ sql, args: [] });
  return (statements: readonly Statement[], mode: Mode): Promise<DriverRow[][]> =>
    exclusively(async () => {
      await execute(begin(mode));
      try {
        const results: DriverRow[][] = [];
        for (const statement of statements) results.push(await query(statement));
        await execute('COMMIT');
        return results;
      } catch (error) {
        await execute('ROLLBACK').catch(() => {});
        throw error;
      }
    });
}
