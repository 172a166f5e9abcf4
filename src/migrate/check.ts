import { compareSchema } from '../database/compare.js';
import type { Connection } from '../database/connection.js';
import { requireFormat } from '../database/format.js';
import { clocksMatchRows } from '../database/install.js';
import type { CrrSchema } from '../model/schema.js';
import type { Difference } from '../tables/difference.js';
import { differences } from '../tables/differences.js';
import { foldMigrations } from './fold.js';
import { readFolder } from './folder.js';
import { actualOfState } from './state.js';

/** Compares the migrations folder with the schema; no database is needed. */
export function checkFolder(out: string, schema: CrrSchema): Difference[] {
  const { state, uncarried, touched } = foldMigrations(readFolder(out));
  const found: Difference[] = [];
  for (const spec of schema.tables.values()) {
    const known = state.get(spec.name);
    if (known !== undefined) found.push(...differences(actualOfState(known), spec));
    else {
      const message = 'the migrations do not make it a CRR, and the schema does';
      found.push({ kind: 'not-a-crr', table: spec.name, message });
    }
  }
  for (const table of state.keys()) {
    if (schema.tables.has(table)) continue;
    const message = 'the migrations make it a CRR, and the schema does not';
    found.push({ kind: 'left-over', table, message });
  }
  if (uncarried.length > 0) {
    const tags = uncarried.map(({ tag }) => tag).join(', ');
    for (const table of touched) {
      const message = `drizzle-kit alone wrote ${tags}, which changes it without the CRR steps`;
      found.push({ kind: 'migration-uncarried', table, message });
    }
  }
  return found;
}

/**
 * Compares a database with the schema, its rows included.
 *
 * @throws {CrrDatabaseError} CRR_DATABASE_FORMAT if its bookkeeping has another format.
 */
export async function checkDatabase(
  connection: Connection,
  schema: CrrSchema,
): Promise<Difference[]> {
  const { hasBookkeeping, differences, readable } = await compareSchema(connection, schema);
  if (hasBookkeeping) await requireFormat(connection);
  const found = [...differences];
  for (const spec of readable) {
    if (await clocksMatchRows(connection, [spec])) continue;
    const message = 'the numbers of rows and clocks differ: rows were written without the triggers';
    found.push({ kind: 'rows-differ', table: spec.name, message });
  }
  return found;
}
