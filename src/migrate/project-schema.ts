import type { Column } from 'drizzle-orm';
import * as casings from 'drizzle-orm/casing';
import { type DrizzleSchema, readSchema } from '../schema/read-schema.js';
import type { Project } from './config.js';

/** The CRRs of a project's schema. There may be none: the next migration then ends those there were. */
export function projectSchema({ exports, casing }: Project): DrizzleSchema {
  return readSchema(exports, { columnName: columnNames(casing), allowNone: true });
}

interface CasingCache {
  getColumnCasing(column: Column): string;
}

/** In Drizzle 1.0 the schema itself decides the casing, and the class is gone. */
function columnNames(casing: Project['casing']): (column: Column) => string {
  const { CasingCache } = casings as { CasingCache?: new (casing: unknown) => CasingCache };
  if (CasingCache === undefined) return (column) => column.name;
  const names = new CasingCache(casing);
  return (column) => names.getColumnCasing(column);
}
