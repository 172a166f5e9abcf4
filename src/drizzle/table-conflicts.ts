import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { CrrCore } from '../database/crr.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import { type Conflict, conflictsInTypes, forksInTypes, requireCrr } from './conflict.js';
import { requireCommit } from './history.js';
import { rowConflictsOf } from './row-fork.js';

/** All conflicts of a table, those of its history among them. */
export async function conflictsOf<TTable extends SQLiteTable>(
  core: CrrCore,
  schema: DrizzleSchema,
  table: TTable,
): Promise<Conflict<TTable>[]> {
  const spec = requireCrr(schema, table, 'conflicts()');
  const known = conflictsInTypes(await core.conflicts(spec), table, spec, schema);
  if (!spec.history) return known;
  const { logs } = core;
  if (spec.conflictLevel === 'row') {
    return [...known, ...(await rowConflictsOf<TTable>(core, schema, spec))];
  }
  const forks = await logs.forks(spec);
  return [
    ...known,
    ...forksInTypes(forks, table, schema, (fork, value, options) => {
      requireCommit('choose()', options);
      return logs.choose(fork, value, options);
    }),
  ];
}
