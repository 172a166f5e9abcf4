import type { Client } from '@libsql/client';
import type * as LibsqlDriver from 'drizzle-orm/libsql';
import type { Connection } from '../database/connection.js';
import { inspect } from '../database/inspect.js';
import type { CrrDatabase } from '../drizzle/crr-database.js';
import { internalsOf } from '../drizzle/internals.js';
import { withCrr } from '../drizzle/with-crr.js';
import { libsqlConnection } from '../engines/libsql.js';
import { CrrDatabaseError, CrrMigrateError } from '../errors.js';
import { loadProject, type Project } from '../migrate/config.js';
import {
  type DatabaseAddress,
  databaseAddress,
  openDatabase,
  requireDatabaseFile,
} from '../migrate/database.js';
import { explainDriverError } from '../migrate/driver-errors.js';
import { importFromProject } from '../migrate/project-package.js';
import { projectSchema } from '../migrate/project-schema.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import type { Io } from './io.js';
import type { DatabaseOptions } from './options.js';

export interface OpenDatabase {
  readonly project: Project;
  readonly schema: DrizzleSchema;
  readonly address: DatabaseAddress;
  readonly client: Client;
  readonly connection: Connection;
}

export interface OpenCrrs extends OpenDatabase {
  readonly db: CrrDatabase;
}

/**
 * Opens the database that the options, the environment or the config name, and closes it at the end:
 * for every command that needs one.
 *
 * @param create the command may create a local database that is not there.
 */
export async function withDatabase<T>(
  io: Io,
  options: DatabaseOptions,
  run: (database: OpenDatabase) => Promise<T>,
  { create = false } = {},
): Promise<T> {
  const project = await loadProject(io.cwd, options);
  const address = databaseAddress(project, options.url, io.env);
  if (!create) requireDatabaseFile(address);
  const schema = projectSchema(project);
  let client: Client | undefined;
  try {
    client = await openDatabase(project, address);
    return await run({ project, schema, address, client, connection: libsqlConnection(client) });
  } catch (error) {
    throw explainDriverError(error, address);
  } finally {
    client?.close();
  }
}

/**
 * The same with `$crr`, for commands that read or write CRRs.
 *
 * @param drift `refuse` if the triggers are not those of the schema, or leave that to the command.
 */
export async function withCrrs<T>(
  io: Io,
  options: DatabaseOptions,
  run: (database: OpenCrrs) => Promise<T>,
  { drift }: { readonly drift: 'refuse' | 'allow' },
): Promise<T> {
  return withDatabase(io, options, async (database) => {
    const { project, schema, address, client, connection } = database;
    if (schema.tables.size === 0) {
      throw new CrrMigrateError(
        'CRR_MIGRATE_SCHEMA',
        'the schema has no CRR: declare a table with crrTable() instead of sqliteTable()',
      );
    }
    if (!(await inspect(connection, [])).hasBookkeeping) {
      throw new CrrDatabaseError(
        'CRR_DATABASE_NOT_INSTALLED',
        `${address.shown} has no CRRs yet: apply the migrations that drizzle-crr generate writes (drizzle-kit migrate), or call db.$crr.install(). For development: drizzle-crr push`,
      );
    }
    const { drizzle } = await importFromProject<typeof LibsqlDriver>(
      project.cwd,
      'drizzle-orm/libsql',
    );
    const { casing, exports } = project;
    // The one form of the call that Drizzle 0.45 and 1.0 share.
    const config = { client, ...(casing && { casing }) };
    const db = withCrr(drizzle(config), { schema: exports });
    // The check of this `db`, so that its first write does not repeat it.
    if (drift === 'refuse') await internalsOf(db.$crr).drift.pass();
    return run({ ...database, db });
  });
}
