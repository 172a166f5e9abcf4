import type { DriverRow } from '../sql/driver-value.js';
import type { Query } from '../sql/statement.js';
import type { Connection, SyncConnection } from './connection.js';

/** Runs queries in one transaction, all or none, and lets each read its rows. */
export async function run(
  connection: Connection,
  queries: readonly Query[],
  mode: 'read' | 'write',
): Promise<void> {
  readAll(queries, await connection.batch(queries, mode));
}

/**
 * A look at the database in steps: each gives queries, and goes on when they have read their rows. So the
 * same code serves engines that answer with promises and those that answer at once.
 */
export type Look<T = void> = Generator<readonly Query[], T, void>;

export async function take<T>(connection: Connection, look: Look<T>): Promise<T> {
  let step = look.next();
  while (!step.done) {
    try {
      await run(connection, step.value, 'read');
    } catch (error) {
      step = look.throw(error);
      continue;
    }
    step = look.next();
  }
  return step.value;
}

/** On an engine that answers at once. */
export function takeNow<T>({ batchNow }: SyncConnection, look: Look<T>): T {
  let step = look.next();
  while (!step.done) {
    try {
      readAll(step.value, batchNow(step.value, 'read'));
    } catch (error) {
      step = look.throw(error);
      continue;
    }
    step = look.next();
  }
  return step.value;
}

function readAll(queries: readonly Query[], results: readonly DriverRow[][]): void {
  queries.forEach(({ read }, i) => {
    read?.(results[i]!);
  });
}
