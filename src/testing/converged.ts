import type { CrrDatabase } from '../drizzle/crr-database.js';
import { CrrTestError } from '../errors.js';
import { differences, readContents } from './contents.js';
import type { TestClient } from './participants.js';

const MOST_LISTED = 20;

/** What a client has differently from its server. */
export async function lacksOf(
  { name, db, server }: TestClient,
  tables: readonly string[] | undefined,
): Promise<string[]> {
  const mine = { name, contents: await readContents(db, tables) };
  const theirs = { name: server.name, contents: await readContents(server.db, tables) };
  return differences(theirs, mine, !server.isLimited);
}

/** What a client has differently from a database that has just started, with the same rights. */
export async function lacksBeside(
  { name, db }: TestClient,
  started: CrrDatabase,
  tables: readonly string[] | undefined,
): Promise<string[]> {
  const mine = { name, contents: await readContents(db, tables) };
  const fresh = {
    name: `a new database of ${name}`,
    contents: await readContents(started, tables),
  };
  return differences(fresh, mine, true);
}

export function notConverged(found: readonly string[]): CrrTestError {
  const listed = found.slice(0, MOST_LISTED);
  if (found.length > MOST_LISTED) listed.push(`and ${found.length - MOST_LISTED} more`);
  return new CrrTestError('CRR_TEST_DIFFERENT', `not converged:\n  ${listed.join('\n  ')}`, found);
}
