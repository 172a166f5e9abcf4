import type { Column } from 'drizzle-orm';
import * as casings from 'drizzle-orm/casing';
import { CrrMigrateError } from '../errors.js';
import { type DrizzleSchema, readSchema } from '../schema/read-schema.js';
import type { Project } from './config.js';

/**
 * The CRRs of a project's schema. There may be none: the next migration then ends those there were.
 *
 * @throws {CrrMigrateError} CRR_MIGRATE_CONFIG if the config has a casing, and Drizzle is 1.0.
 */
export function projectSchema({ exports, casing }: Project): DrizzleSchema {
  return readSchema(exports, { columnName: columnNames(casing), allowNone: true });
}

interface CasingCache {
  getColumnCasing(column: Column): string;
}

/** In Drizzle 1.0 the schema itself decides the casing, and the class is gone. */
function columnNames(casing: Project['casing']): (column: Column) => string {
  const { CasingCache } = casings as { CasingCache?: new (casing: unknown) => CasingCache };
  if (CasingCache === undefined) {
    if (casing !== undefined) throw noCasing(casing);
    return (column) => column.name;
  }
  const names = new CasingCache(casing);
  return (column) => names.getColumnCasing(column);
}

/** drizzle-kit 1.0 ignores it without a word, and would take every column for another one. */
function noCasing(casing: string): CrrMigrateError {
  const creator = casing === 'snake_case' ? 'snakeCase' : 'camelCase';
  return new CrrMigrateError(
    'CRR_MIGRATE_CONFIG',
    `casing is '${casing}', which Drizzle 1.0 has no more: declare the tables with ${creator}.table() of drizzle-orm/sqlite-core, CRRs with asCrr(${creator}.table(...)), and remove casing from the config`,
  );
}
