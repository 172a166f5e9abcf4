import { getTableColumns } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import { npmVersion } from 'drizzle-orm/version';
import { CrrUsageError } from '../errors.js';

type Line = '0.45' | '1.0';

/**
 * Two copies of drizzle-orm in one program work together if they are of one line: classes are recognised by name.
 * Those of two lines hand each other objects that lack what the other expects.
 *
 * @throws {CrrUsageError} CRR_USAGE_DRIVER naming the parts and their lines.
 */
export function requireOneLine(db: object, tables: ReadonlyMap<string, SQLiteTable>): void {
  const ofDatabase = lineOfDatabase(db);
  const refuse = (what: string, line: Line) => {
    throw new CrrUsageError(
      'CRR_USAGE_DRIVER',
      `there are two copies of drizzle-orm: the database was made by ${ofDatabase}, and ${what} by ${line}. npm ls drizzle-orm shows who brings which; keep one`,
    );
  };
  const ours: Line = npmVersion.startsWith('0.') ? '0.45' : '1.0';
  if (ours !== ofDatabase) refuse('drizzle-crr works', ours);
  for (const [name, table] of tables) {
    const line = lineOfTable(table);
    if (line !== ofDatabase) refuse(`table "${name}"`, line);
  }
}

/** Only that of 0.45 knows the casing of columns. */
function lineOfDatabase(db: object): Line {
  const { dialect } = db as { dialect?: { casing?: unknown } };
  return dialect?.casing === undefined ? '1.0' : '0.45';
}

/** Only a column of 1.0 has a codec, if only an undefined one. */
function lineOfTable(table: SQLiteTable): Line {
  return Object.values(getTableColumns(table)).some((column) => 'codec' in column) ? '1.0' : '0.45';
}
