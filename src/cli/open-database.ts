import { inspect } from '../database/inspect.js';
import type { CrrDatabase } from '../drizzle/crr-database.js';
import { engineOf } from '../drizzle/engine-of.js';
import { internalsOf } from '../drizzle/internals.js';
import { withCrr } from '../drizzle/with-crr.js';
import type { Engine } from '../engines/engine.js';
import { CrrDatabaseError, CrrMigrateError } from '../errors.js';
import { loadProject, type Project } from '../migrate/config.js';
import { type DatabaseAddress, databaseAddress, requireDatabaseFile } from '../migrate/database.js';
import { explainDriverError } from '../migrate/driver-errors.js';
import { type OpenedDatabase, openDatabase } from '../migrate/drivers.js';
import { projectSchema } from '../migrate/project-schema.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import type { Io } from './io.js';
import type { DatabaseOptions } from './options.js';

/** A project, and the database that a command is about. */
export interface NamedDatabase {
  readonly project: Project;
  readonly schema: DrizzleSchema;
  readonly address: DatabaseAddress;
}

export interface OpenDatabase extends NamedDatabase {
  /** The Drizzle database, without `$crr`. */
  readonly plain: object;
  readonly connection: Engine;
}

export interface OpenCrrs extends OpenDatabase {
  readonly db: CrrDatabase;
}

/** Finds the database that the options, the environment or the config name. */
export async function namedDatabase(io: Io, options: DatabaseOptions): Promise<NamedDatabase> {
  const project = await loadProject(io.cwd, options);
  const address = databaseAddress(project, options.url, io.env);
  return { project, address, schema: projectSchema(project) };
}

/** Opens a database for as long as a function runs. */
export async function opened<T>(
  named: NamedDatabase,
  run: (database: OpenDatabase) => Promise<T>,
): Promise<T> {
  const { project, address } = named;
  let open: OpenedDatabase | undefined;
  try {
    open = await openDatabase(project, address);
    return await run({ ...named, plain: open.db, connection: engineOf(open.db) });
  } catch (error) {
    throw explainDriverError(error, address);
  } finally {
    open?.close();
  }
}

/** Both, for every command that needs a database that is there. */
export async function withDatabase<T>(
  io: Io,
  options: DatabaseOptions,
  run: (database: OpenDatabase) => Promise<T>,
): Promise<T> {
  const named = await namedDatabase(io, options);
  requireDatabaseFile(named.address);
  return opened(named, run);
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
    const { project, schema, address, plain, connection } = database;
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
    const db = withCrr(plain, { schema: project.exports });
    // The check of this `db`, so that its first write does not repeat it.
    if (drift === 'refuse') await internalsOf(db.$crr).drift.pass();
    return run({ ...database, db });
  });
}
