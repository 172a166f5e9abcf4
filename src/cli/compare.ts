import { CrrMigrateError } from '../errors.js';
import { checkDatabase, checkFolder } from '../migrate/check.js';
import { loadProject } from '../migrate/config.js';
import { deletingMigrations } from '../migrate/deleting.js';
import { projectSchema } from '../migrate/project-schema.js';
import type { Difference } from '../tables/difference.js';
import type { Io } from './io.js';
import { withDatabase } from './open-database.js';
import type { DatabaseOptions } from './options.js';

/** The result of comparing something with the schema. */
export interface Compared {
  readonly what: 'migrations' | 'database';
  readonly differences: readonly Difference[];
  /** How many CRRs the schema has. */
  readonly crrs: number;
  /** What may do harm, but is no difference, a line each. */
  readonly warnings: readonly string[];
}

export async function compareFolder(io: Io, options: DatabaseOptions): Promise<Compared> {
  const project = await loadProject(io.cwd, options);
  const schema = projectSchema(project);
  const differences = checkFolder(project.out, schema);
  const warnings = deletingMigrations(project.out);
  return { what: 'migrations', differences, crrs: schema.tables.size, warnings };
}

export const compareDatabase = (io: Io, options: DatabaseOptions): Promise<Compared> =>
  withDatabase(io, options, async ({ project, connection, schema }) => {
    const differences = await checkDatabase(connection, schema);
    const warnings = warningsOf(project.out);
    return { what: 'database', differences, crrs: schema.tables.size, warnings };
  });

/** A folder that cannot be read is no difference of the database. */
function warningsOf(out: string): readonly string[] {
  try {
    return deletingMigrations(out);
  } catch (error) {
    if (error instanceof CrrMigrateError) return [error.message];
    throw error;
  }
}
