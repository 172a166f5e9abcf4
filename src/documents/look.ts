import type { Connection } from '../database/connection.js';
import { run } from '../database/run.js';
import { CrrDatabaseError } from '../errors.js';
import {
  type LogEntry,
  type Place,
  type RowState,
  readLog,
  readRowState,
} from '../tables/cells/document.js';

interface Documented {
  readonly connection: Connection;
  readonly place: Place;
}

/** Reads the row of a document, and of its log what came after a db_version. */
export async function look({ connection, place }: Documented, since: number) {
  let row: RowState | undefined;
  const log: LogEntry[] = [];
  await run(
    connection,
    [
      readRowState(place, (found) => {
        row = found;
      }),
      readLog(place, since, (entry) => log.push(entry)),
    ],
    'read',
  );
  return { row, log };
}

export function noRow({ spec, column }: Place): CrrDatabaseError {
  return new CrrDatabaseError(
    'CRR_DATABASE_NO_ROW',
    `the document of "${spec.name}"."${column.name}" has no row: it was deleted, or is not shown here; insert the row first`,
  );
}

export function clash({ spec, column }: Place): CrrDatabaseError {
  return new CrrDatabaseError(
    'CRR_DATABASE_DOCUMENT_LOST',
    `another process has edited the document of "${spec.name}"."${column.name}" in the name of this one, which was silent for more than an hour: close it, open it again, and repeat what was not saved`,
  );
}

export const isNoRow = (error: unknown): boolean =>
  error instanceof CrrDatabaseError && error.code === 'CRR_DATABASE_NO_ROW';
