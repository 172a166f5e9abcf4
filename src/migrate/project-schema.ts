import type { Column } from 'drizzle-orm';
import { CasingCache } from 'drizzle-orm/casing';
import { type DrizzleSchema, readSchema } from '../schema/read-schema.js';
import type { Project } from './config.js';

/** The CRRs of a project's schema. There may be none: the next migration then ends those there were. */
export function projectSchema({ exports, casing }: Project): DrizzleSchema {
  const names = new CasingCache(casing);
  return readSchema(exports, {
    columnName: (column: Column) => names.getColumnCasing(column),
    allowNone: true,
  });
}
