import type { CrrDatabase } from '../drizzle/crr-database.js';
import { CrrTestError } from '../errors.js';
import { differences, readContents } from './contents.js';
import type { TestClient } from './participants.js';

const MOST_LISTED = 20;

/**
 * What a client has differently from its server.
 *
 * @param started a database that has just started with the same rights, if the client is to have all that it has.
 */
export async function lacksOf(
  { name, db, server }: TestClient,
  started: CrrDatabase | undefined,
  tables: readonly string[] | undefined,
): Promise<string[]> {
  const mine = { name, contents: await readContents(db, tables) };
  const theirs = { name: server.name, contents: await readContents(server.db, tables) };
  const found = differences(theirs, mine, !server.isLimited);
  if (started === undefined) return found;
  const fresh = {
    name: `a new database of ${name}`,
    contents: await readContents(started, tables),
  };
  return [...found, ...differences(fresh, mine, true)];
}

export function notConverged(found: readonly string[]): CrrTestError {
  const listed = found.slice(0, MOST_LISTED);
  if (found.length > MOST_LISTED) listed.push(`and ${found.length - MOST_LISTED} more`);
  return new CrrTestError('CRR_TEST_DIFFERENT', `not converged:\n  ${listed.join('\n  ')}`, found);
}
