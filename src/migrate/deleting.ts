import { drizzleStatements } from './compose.js';
import { readFolder } from './folder.js';
import { keepRows, keepsRows } from './keep-rows.js';

/** The migrations of a folder that delete rows of child tables where foreign keys are on, a line each. */
export function deletingMigrations(out: string): string[] {
  const migrations = readFolder(out);
  return migrations.flatMap((migration, i) => {
    if (keepsRows(migration.sql)) return [];
    const statements = drizzleStatements(migration.sql);
    const { tables } = keepRows(statements, migration, migrations[i - 1]);
    if (tables.size === 0) return [];
    const names = [...tables].map((name) => `"${name}"`).join(', ');
    return `${migration.tag} drops a table to which ${names} refer. Run in a transaction, as on D1, it deletes their rows, or sets their references to NULL. If no database has run it, make it again with drizzle-crr generate`;
  });
}
