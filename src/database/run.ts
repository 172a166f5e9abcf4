import type { Query } from '../sql/statement.js';
import type { Connection } from './connection.js';

/** Runs queries in one transaction, all or none, and lets each read its rows. */
export async function run(
  connection: Connection,
  queries: readonly Query[],
  mode: 'read' | 'write',
): Promise<void> {
  const results = await connection.batch(queries, mode);
  queries.forEach(({ read }, i) => {
    read?.(results[i]!);
  });
}
