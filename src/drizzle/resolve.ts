import { getTableColumns } from 'drizzle-orm';
import type { CrrCore } from '../database/crr.js';
import { CrrUsageError } from '../errors.js';
import { replicatedColumns } from '../model/table-spec.js';
import type { SqlValue } from '../model/value.js';
import type { DrizzleSchema } from '../schema/read-schema.js';
import type { ApplyResult } from './apply-result.js';
import { storedValue } from './column-value.js';
import type { CommitOptions } from './history-types.js';
import type { ResolveConflict } from './options.js';
import { type RowMerge, rowMerges } from './row-merge.js';

/** What an apply changed, and what has become of the conflicts that it brought. */
export interface ResolvedResult extends ApplyResult {
  /** Rows whose conflicts were decided. */
  readonly resolved: readonly RowMerge[];
  /** Rows whose conflicts stay, because `resolve` has thrown, or the database rejected what it gave. */
  readonly unresolved: readonly UnresolvedRow[];
}

/** A row whose conflicts stay. */
export interface UnresolvedRow extends RowMerge {
  /** What `resolve` has thrown, or the driver's error. */
  readonly error: unknown;
}

/** Merges, and then decides the conflicts that have come with it. */
export async function resolving(
  core: CrrCore,
  schema: DrizzleSchema,
  merge: () => Promise<ApplyResult>,
  resolve: ResolveConflict,
  note: CommitOptions,
): Promise<ResolvedResult> {
  const { version } = await core.state();
  const result = await merge();
  return Object.assign(result, await resolveSince(core, schema, version, resolve, note));
}

/** Decides the conflicts that have come after a db_version. */
export async function resolveSince(
  core: CrrCore,
  schema: DrizzleSchema,
  version: number,
  resolve: ResolveConflict,
  note: CommitOptions,
): Promise<Pick<ResolvedResult, 'resolved' | 'unresolved'>> {
  const toRow = rowMerges(schema);
  const { resolved, unresolved } = await core.reviews.resolve(
    version,
    async (row) => {
      const answer = await resolve(toRow(row));
      return answer == null ? answer : storedCells(schema, row.table, answer);
    },
    note,
  );
  return {
    resolved: resolved.map(toRow),
    unresolved: unresolved.map(({ row, error }) => ({ ...toRow(row), error })),
  };
}

/** Values by property as stored values by column name. A side as it was given has the key, too, and it stays as it is. */
function storedCells(
  schema: DrizzleSchema,
  table: string,
  values: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, SqlValue> {
  const columns = getTableColumns(schema.drizzleTables.get(table)!);
  const spec = schema.tables.get(table)!;
  const replicated = replicatedColumns(spec);
  const keys = spec.key.map(({ property }) => property);
  const entries = Object.entries(values).filter(
    ([property, value]) => value !== undefined && !keys.includes(property),
  );
  return new Map(
    entries.map(([property, value]) => {
      const column = replicated.find((other) => other.property === property);
      if (column !== undefined) {
        return [column.name, storedValue(columns[property]!, value, property)];
      }
      throw new CrrUsageError(
        'CRR_USAGE_OPTION',
        `resolve: "${table}" has no column "${property}" that could be written: return values of its columns outside the key`,
      );
    }),
  );
}
