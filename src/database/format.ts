import { CrrDatabaseError } from '../errors.js';
import { readFormat } from '../tables/state/read.js';
import { SQL_FORMAT } from '../tables/state/table.js';
import type { Connection } from './connection.js';
import { type Look, take } from './run.js';

/** @throws {CrrDatabaseError} CRR_DATABASE_FORMAT if the bookkeeping has another format than this version's. */
export function requireFormat(connection: Connection): Promise<void> {
  return take(connection, lookAtFormat());
}

/** See {@link requireFormat}. */
export function* lookAtFormat(): Look {
  // Without a row nothing is known of it: $crr.verify() finds that.
  let format = SQL_FORMAT;
  const query = readFormat((found) => {
    format = found;
  });
  yield [query];
  if (format !== SQL_FORMAT) throw otherFormat(format);
}

function otherFormat(format: number): CrrDatabaseError {
  const found = `the bookkeeping of this database has format ${format}, and this version of drizzle-crr needs format ${SQL_FORMAT}`;
  const remedy =
    format > SQL_FORMAT
      ? 'use the version that made it, or a newer one'
      : 'read all changes with the version that made it ($crr.changes()), and apply them with this one to a new database, as docs/operations.md shows';
  return new CrrDatabaseError('CRR_DATABASE_FORMAT', `${found}: ${remedy}`);
}
