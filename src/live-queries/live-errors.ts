import { isOfClosed } from '../database/closed.js';
import { explain, messages } from '../database/database-errors.js';
import type { DriftCheck } from '../database/drift.js';
import { CrrDatabaseError, CrrError } from '../errors.js';

const NO_TABLE = /no such table: ("?)(?:main\.)?([^\n"]+)\1/;

/** An error of a live query, with what to do if that is known. */
export async function explainLive(error: unknown, drift: DriftCheck): Promise<unknown> {
  if (error instanceof CrrError) return error;
  if (isOfClosed(error)) {
    return new CrrDatabaseError(
      'CRR_DATABASE_CLOSED',
      'the database was closed, so a live query cannot run: end the subscriptions before you close it, and make live queries of the database that you open then',
      { cause: error },
    );
  }
  const explained = explain(await drift.explain(error));
  if (explained instanceof CrrError) return explained;
  const missing = NO_TABLE.exec(messages(error));
  if (missing === null) return error;
  return new CrrDatabaseError(
    'CRR_DATABASE_TABLE_MISSING',
    `a live query reads the table "${missing[2]}", which the database does not have: run the migrations, or correct the name`,
    { cause: error },
  );
}

export const isClosed = (error: unknown): boolean =>
  error instanceof CrrDatabaseError && error.code === 'CRR_DATABASE_CLOSED';
