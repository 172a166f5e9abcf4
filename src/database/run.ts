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
export type Look = Generator<readonly Query[], void, void>;

export async function take(connection: Connection, look: Look): Promise<void> {
  for (const queries of look) await run(connection, queries, 'read');
}

/** On an engine that answers at once. */
export function takeNow({ batchNow }: SyncConnection, look: Look): void {
  for (const queries of look) readAll(queries, batchNow(queries, 'read'));
}

function readAll(queries: readonly Query[], results: readonly DriverRow[][]): void {
  queries.forEach(({ read }, i) => {
    read?.(results[i]!);
  });
}
