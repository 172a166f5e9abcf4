/*
 * What sync needs to know about column types.
 */
import { DEFAULT_MAX_DRIFT, greatestTime } from '../columns/lww-by-time/time.js';
import { cellTypeOf, isTimed, typeOf } from '../columns/registry.js';
import { isFormerVersion, versionFromWire } from '../columns/versions.js';
import { type Change, SENTINEL } from '../model/change.js';
import type { CrrSchema } from '../model/schema.js';
import type { ReplicatedColumnSpec } from '../model/table-spec.js';

/** What a column's type contributes to the fingerprint of a schema. */
export function typeFingerprint(column: ReplicatedColumnSpec): string {
  return typeOf(column).fingerprint;
}

/**
 * Whether a change is a mark: it marks a value of a multi-value register as overwritten. A mark
 * contains the site id of the site that wrote the value, but it may be made by any site. No other
 * change may contain the site id of another site than the one that made it.
 */
export function isMark({ table, cid, col_version }: Change, schema: CrrSchema): boolean {
  const column = schema.tables.get(table)?.cellColumns.find(({ name }) => name === cid);
  if (column === undefined || isFormerVersion(column, col_version)) return false;
  return cellTypeOf(column).isMark(versionFromWire(column, col_version));
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
  return Math.max(greatestCount, greatestTime(Date.now(), DEFAULT_MAX_DRIFT));
}
