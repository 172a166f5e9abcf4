import type { CrrSchema } from '../model/schema.js';
import { replicatedColumns, type TableSpec } from '../model/table-spec.js';
import { STATE_TABLE } from '../sql/names.js';
import type { Difference } from '../tables/difference.js';
import { differences } from '../tables/differences.js';
import type { Connection } from './connection.js';
import { inspect } from './inspect.js';

/** How the parts of a database differ from a schema, without a look at its rows. */
export interface Comparison {
  readonly hasBookkeeping: boolean;
  readonly differences: readonly Difference[];
  /** The tables whose rows and clocks can be compared. */
  readonly readable: readonly TableSpec[];
}

/** Compares a database's tables and triggers with those that a schema asks for. */
export async function compareSchema(
  connection: Connection,
  { tables, plainTables }: CrrSchema,
): Promise<Comparison> {
  const specs = [...tables.values()];
  const { hasBookkeeping, baseColumns, crrs, others } = await inspect(connection, specs);
  const found: Difference[] = [];
  const readable: TableSpec[] = [];
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
    const missing = [...spec.key, ...replicatedColumns(spec)].filter(
      ({ name }) => !present.has(name),
    );
    for (const { name } of missing) {
      const message = `the table has no column "${name}"`;
      found.push({ kind: 'column-missing', table, message });
    }
    const ofTable = differences(crrs.get(table)!, spec);
    found.push(...ofTable);
    if (missing.length === 0 && !ofTable.some(({ kind }) => UNREADABLE.has(kind))) {
      readable.push(spec);
    }
  }
  for (const [table, { exists }] of others) {
    if (exists && !plainTables.has(table)) continue;
    const what = exists ? 'the schema declares it as a plain table' : 'the table is gone';
    const message = `${what}, but its clocks or triggers are still there`;
    found.push({ kind: 'left-over', table, message });
  }
  return { hasBookkeeping, differences: found, readable };
}

/** Parts that are needed to read the clocks of a table. */
const UNREADABLE: ReadonlySet<string> = new Set([
  ...['not-a-crr', 'clock-missing', 'clock-key', 'clock-column-missing', 'cells-missing'],
  ...['aside-missing', 'aside-outdated'],
]);
