import { DATA_VERSION } from '../sql/data-version.js';
import type { LibsqlClient, LibsqlMode, LibsqlResult } from './libsql-client.js';

type Statements = Parameters<LibsqlClient['batch']>[0];

/** How often a snapshot of a replica is tried, which only a sync in the middle of it spoils. */
const ATTEMPTS = 10;

/**
 * A batch that reads. The client of an embedded replica sends it to the primary, because it is a transaction.
 * If the primary cannot be reached, the rows come from the replica, whose single statements it does run.
 */
export async function readBatch(
  client: LibsqlClient,
  statements: Statements,
  mode: LibsqlMode,
): Promise<LibsqlResult[]> {
  try {
    return await client.batch(statements, mode);
  } catch (error) {
    if (!isPrimaryAway(error)) throw error;
    for (let attempt = 1; ; attempt++) {
      const results = await snapshot(client, statements);
      if (results !== undefined) return results;
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

const isPrimaryAway = (error: unknown) =>
  error instanceof Error && error.message.includes('WriteDelegation(status: Unavailable');

/** The rows of all statements; undefined if the file has changed meanwhile. */
async function snapshot(
  client: LibsqlClient,
  statements: Statements,
): Promise<LibsqlResult[] | undefined> {
  const { sql } = DATA_VERSION;
  const version = async () => {
    const { rows } = await client.execute({ sql, args: [] });
    return rows.map((row) => String(row[0])).join();
  };
  const before = await version();
  const results: LibsqlResult[] = [];
  for (const statement of statements) results.push(await client.execute(statement));
  return (await version()) === before ? results : undefined;
}
