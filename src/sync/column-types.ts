/*
 * What sync needs to know about column types.
 */
import { DEFAULT_MAX_DRIFT, greatestTime } from '../columns/lww-by-time/time.js';
import { cellTypeOf, isTimed, typeOf } from '../columns/registry.js';
import {
  endOf,
  isFormerVersion,
  isMarkOnWire,
  rangeOf,
  versionFromWire,
} from '../columns/versions.js';
import { greatestJump, MAX_JUMP, TIMES, VERSIONS_END } from '../columns/wire-range.js';
import { type Change, EVENT, SENTINEL } from '../model/change.js';
import type { CrrSchema } from '../model/schema.js';
import { type ReplicatedColumnSpec, replicatedColumns } from '../model/table-spec.js';

export { MAX_JUMP };

/** What a column's type contributes to the fingerprint of a schema. */
export function typeFingerprint(column: ReplicatedColumnSpec): string {
  return typeOf(column).fingerprint;
}

/** Whether changes of a table may wait until their time has come. */
export function mayFallDue(table: string, schema: CrrSchema): boolean {
  return schema.tables.get(table)?.clockColumns.some(isTimed) ?? false;
}

/**
 * Whether a change is a mark: it marks a value of a multi-value register as overwritten. A mark
 * contains the site id of the site that wrote the value, but it may be made by any site. No other
 * change may contain the site id of another site than the one that made it.
 */
export function isMark({ table, cid, col_version, val }: Change, schema: CrrSchema): boolean {
  const spec = schema.tables.get(table);
  const isKnown = spec !== undefined && replicatedColumns(spec).some(({ name }) => name === cid);
  // A column that this schema lacks: a site with a newer schema sends its marks, too.
  if (!isKnown)
    return cid !== SENTINEL && cid !== EVENT && val === null && isMarkOnWire(col_version);
  const column = spec.cellColumns.find(({ name }) => name === cid);
  if (column === undefined || isFormerVersion(column, col_version)) return false;
  return cellTypeOf(column).isMark(versionFromWire(column, col_version));
}

/**
 * The greatest col_version that a pushed change may have. In a column that merges by time there is no
 * limit, because a change that is ahead of this clock becomes pending. Other columns may contain times as
 * well: a site that has not migrated yet, or that has already, may merge the same column by time.
 *
 * @param known the version that this database has for the cell, as on the wire; 0 if there is none.
 */
export function greatestColVersion(
  { table, cid, col_version }: Change,
  schema: CrrSchema,
  known: number,
  maxJump: number,
): number {
  // That of an event is its writer's db_version, which decides nothing.
  if (cid === EVENT) return Number.MAX_SAFE_INTEGER;
  if (cid === SENTINEL) return greatestCausalLength(known, maxJump);
  const column = schema.tables.get(table)?.clockColumns.find(({ name }) => name === cid);
  if (column !== undefined && isTimed(column)) return Number.MAX_SAFE_INTEGER;
  const range = rangeOf(col_version);
  const greatest = greatestJump(Math.max(known, range.first), endOf(range), maxJump);
  return range === TIMES
    ? Math.max(greatest, greatestTime(Date.now(), DEFAULT_MAX_DRIFT))
    : greatest;
}

/** The greatest causal length that a pushed change may have. */
export function greatestCausalLength(known: number, maxJump: number): number {
  return greatestJump(known, VERSIONS_END, maxJump);
}
