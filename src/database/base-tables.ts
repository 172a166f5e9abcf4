import { CrrDatabaseError } from '../errors.js';
import { replicatedColumns, type TableSpec } from '../model/table-spec.js';
import type { Inspected } from './inspect.js';

/**
 * Looks at the users' tables before anything is written.
 *
 * @throws {CrrDatabaseError} if one is missing, lacks a column of the schema, or has no rowid.
 */
export function refuseUnfitTables(specs: readonly TableSpec[], inspected: Inspected): void {
  for (const spec of specs) {
    const columns = [...inspected.baseColumns.get(spec.name)!];
    if (columns.length === 0) throw tableMissing(spec.name);
    const present = new Set(columns.map((name) => name.toLowerCase()));
    const missing = [...spec.key, ...replicatedColumns(spec)]
      .map(({ name }) => name)
      .filter((name) => !present.has(name.toLowerCase()));
    if (missing.length > 0) throw columnsMissing(spec.name, missing, columns);
    if (inspected.withoutRowid.has(spec.name)) throw withoutRowid(spec.name);
  }
}

function tableMissing(table: string): CrrDatabaseError {
  return new CrrDatabaseError(
    'CRR_DATABASE_TABLE_MISSING',
    `the database has no table "${table}": run your migrations (or drizzle-crr push) before $crr.install()`,
  );
}

function columnsMissing(
  table: string,
  missing: readonly string[],
  present: readonly string[],
): CrrDatabaseError {
  const found = new Map(present.map((name) => [withoutCase(name), name]));
  const other = missing.flatMap((name) => found.get(withoutCase(name)) ?? []);
  const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ');
  const columns = `column${missing.length > 1 ? 's' : ''} ${quoted(missing)}`;
  const remedy =
    other.length > 0
      ? `it has ${quoted(other)}. Give drizzle() and drizzle.config.ts the same \`casing\`, then run your migrations`
      : 'run your migrations (or drizzle-crr push) before $crr.install()';
  return new CrrDatabaseError(
    'CRR_DATABASE_COLUMN_MISSING',
    `table "${table}" of the database lacks ${columns} of the schema: ${remedy}`,
  );
}

/** Equal for `createdAt` and `created_at`. */
const withoutCase = (name: string) => name.replaceAll('_', '').toLowerCase();

function withoutRowid(table: string): CrrDatabaseError {
  return new CrrDatabaseError(
    'CRR_DATABASE_WITHOUT_ROWID',
    `table "${table}" is a WITHOUT ROWID table, and a CRR needs a rowid: create it without that clause, copy its rows, and give it the old name`,
  );
}
