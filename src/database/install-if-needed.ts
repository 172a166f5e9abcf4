import type { CrrSchema } from '../model/schema.js';
import type { TableSpec } from '../model/table-spec.js';
import { cellTable } from '../sql/names.js';
import type { Connection } from './connection.js';
import type { DriftCheck } from './drift.js';
import { inspect } from './inspect.js';
import { install } from './install.js';
import { knownInstall, rememberInstall } from './installed.js';

/** Installs what a schema needs, unless it is known that everything is there. */
export async function installIfNeeded(
  connection: Connection,
  schema: CrrSchema,
  drift: DriftCheck,
): Promise<void> {
  const known = await knownInstall(connection, schema);
  if (known.present !== undefined) return drift.accept(known.present);
  await install(connection, schema);
  drift.forget();
  const { installed } = await knownInstall(connection, schema);
  const present = await drift.pass();
  await rememberInstall(connection, installed, present);
  // It has made what merging needs, unless it has left tables to a process with a newer schema.
  if (!present.isNewer) drift.accept({ ...present, merging: 'ready' });
}

/** The tables of a schema that have their bookkeeping here: others may not be migrated yet. */
export async function installedTables(
  connection: Connection,
  schema: CrrSchema,
): Promise<TableSpec[]> {
  const specs = [...schema.tables.values()];
  const { crrs } = await inspect(connection, specs);
  return specs.filter(({ name }) => {
    const { clock, objects } = crrs.get(name)!;
    return clock !== undefined && objects.has(cellTable(name));
  });
}
