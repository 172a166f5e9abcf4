import { CrrMigrateError } from '../errors.js';
import { BREAKPOINT, type SnapshotTable } from './migration.js';

/**
 * drizzle-orm's migrator splits a migration wherever it finds the text of a breakpoint, also within a name or a literal.
 *
 * @throws {CrrMigrateError} naming the table, and the column if it is one's.
 */
export function refuseBreakpoints(tables: ReadonlyMap<string, SnapshotTable>): void {
  for (const [table, { columns, checkConstraints = {} }] of tables) {
    if (table.includes(BREAKPOINT)) throw refused(`the name of table "${table}"`);
    for (const { name, default: value, generated } of Object.values(columns)) {
      const of = `column "${name}" of table "${table}"`;
      if (name.includes(BREAKPOINT)) throw refused(`the name of ${of}`);
      if (String(value).includes(BREAKPOINT)) throw refused(`the default of ${of}`);
      if (generated?.as.includes(BREAKPOINT)) throw refused(`the expression of ${of}`);
    }
    for (const { name, value } of Object.values(checkConstraints)) {
      if (`${name}${value}`.includes(BREAKPOINT)) {
        throw refused(`check constraint "${name}" of table "${table}"`);
      }
    }
  }
}

function refused(where: string): CrrMigrateError {
  return new CrrMigrateError(
    'CRR_MIGRATE_SCHEMA',
    `${where} contains "${BREAKPOINT}", at which drizzle-orm splits a migration, so it could not run: use another text. The migrations folder is unchanged`,
  );
}
