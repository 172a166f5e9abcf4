import type { Client, InArgs } from '@libsql/client';
import type { Connection } from '../database/connection.js';
import { CrrUsageError } from '../errors.js';
import type { DriverRow } from '../sql/driver-value.js';

/** SQLite's own limit (SQLITE_MAX_VARIABLE_NUMBER), which libSQL and sqld keep. */
const MAX_PARAMETERS = 32_766;

/**
 * A client in this process frees its statements when the event loop turns, and its promises are
 * settled at once: a loop of batches would never let it. So every so many batches wait for a turn.
 */
const BATCHES_PER_TURN = 32;

/** A libSQL client (file:, http:, ws:, :memory:) as a connection. */
export function libsqlConnection(client: Client): Connection {
  let batches = 0;
  return {
    maxParameters: MAX_PARAMETERS,
    async batch(statements, mode) {
      if (client.protocol === 'file' && ++batches % BATCHES_PER_TURN === 0) {
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      const results = await client.batch(
        statements.map(({ sql, args }) => ({ sql, args: args as InArgs })),
        mode,
      );
      return results.map(({ rows }) => rows as DriverRow[]);
    },
  };
}

/** The libSQL client below a Drizzle database. */
export function clientOf(db: unknown): Client {
  const client = (db as { $client?: Partial<Client> } | null)?.$client;
  if (typeof client?.batch !== 'function' || typeof client.execute !== 'function') {
    throw new CrrUsageError(
      'CRR_USAGE_DRIVER',
      'withCrr expects a database made by drizzle() of drizzle-orm/libsql',
    );
  }
  return client as Client;
}
