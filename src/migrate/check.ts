import type { Connection } from '../database/connection.js';
import { requireFormat } from '../database/format.js';
import { inspect } from '../database/inspect.js';
import { clocksMatchRows } from '../database/install.js';
import type { CrrSchema } from '../model/schema.js';
import { replicatedColumns } from '../model/table-spec.js';
import { STATE_TABLE } from '../sql/names.js';
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
  const specs = [...schema.tables.values()];
  const { hasBookkeeping, baseColumns, crrs, others } = await inspect(connection, specs);
  if (hasBookkeeping) await requireFormat(connection);
  const found: Difference[] = [];
  if (specs.length > 0 && !hasBookkeeping) {
    const message = 'the bookkeeping tables that all CRRs share are missing';
    found.push({ kind: 'bookkeeping-missing', table: STATE_TABLE, message });
  }
  for (const spec of specs) {
    const { name: table } = spec;
    const present = baseColumns.get(table)!;
    if (present.size === 0) {
      found.push({ kind: 'table-missing', table, message: 'the table is missing' });
      continue;
    }
    for (const { name } of [...spec.key, ...replicatedColumns(spec)]) {
      if (present.has(name)) continue;
      const message = `the table has no column "${name}"`;
      found.push({ kind: 'column-missing', table, message });
    }
    const ofTable = differences(crrs.get(table)!, spec);
    found.push(...ofTable);
    const comparable = !ofTable.some(({ kind }) => CLOCKLESS.has(kind));
    if (comparable && !(await clocksMatchRows(connection, [spec]))) {
      const message =
        'the numbers of rows and clocks differ: rows were written without the triggers';
      found.push({ kind: 'rows-differ', table, message });
    }
  }
  for (const [table, { exists }] of others) {
    if (exists && !schema.plainTables.has(table)) continue;
    const what = exists ? 'the schema declares it as a plain table' : 'the table is gone';
    const message = `${what}, but its clocks or triggers are still there`;
    found.push({ kind: 'left-over', table, message });
  }
  return found;
}

const CLOCKLESS: ReadonlySet<string> = new Set(['not-a-crr', 'clock-missing', 'clock-key']);
