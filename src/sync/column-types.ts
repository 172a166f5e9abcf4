/*
 * What sync needs to know about column types.
 */
import { DEFAULT_MAX_DRIFT, greatestVersion } from '../columns/lww/timed-version.js';
import { toldKind } from '../columns/wire-version.js';
import { type Change, SENTINEL } from '../model/change.js';
import type { CrrSchema } from '../model/schema.js';
import { isTimed, type ReplicatedColumnSpec } from '../model/table-spec.js';

/** The name of a column's type, for the fingerprint of a schema. */
export function typeName(column: ReplicatedColumnSpec): string {
  return isTimed(column) ? 'lww by time' : column.kind.type;
}

/**
 * Whether a change is a mark: it marks a value of a multi-value register as overwritten. A mark
 * contains the site id of the site that wrote the value, but it may be made by any site. No other
 * change may contain the site id of another site than the one that made it.
 */
export function isMark({ table, cid, col_version }: Change, schema: CrrSchema): boolean {
  if (col_version % 2 === 0 || toldKind(col_version) !== 'mvr') return false;
  const column = schema.tables.get(table)?.cellColumns.find(({ name }) => name === cid);
  return column?.kind.type === 'mvr';
}

/**
 * The greatest col_version that a change may have. Versions that count writes may be up to
 * `greatestCount`. In a column that merges by time there is no limit, because a change that is ahead
 * of this clock becomes pending. Other columns may contain times as well: a site that has not
 * migrated yet, or that has already, may merge the same column by time.
 */
export function greatestColVersion(
  { table, cid }: Change,
  schema: CrrSchema,
  greatestCount: number,
): number {
  if (cid === SENTINEL) return greatestCount;
  const column = schema.tables.get(table)?.clockColumns.find(({ name }) => name === cid);
  if (column !== undefined && isTimed(column)) return Number.MAX_SAFE_INTEGER;
  return Math.max(greatestCount, greatestVersion(Date.now(), DEFAULT_MAX_DRIFT));
}
