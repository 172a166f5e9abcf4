/*
 * What sync has to know about the type of a column.
 */
import { DEFAULT_MAX_DRIFT, greatestVersion } from '../columns/lww/timed-version.js';
import { toldKind } from '../columns/wire-version.js';
import { type Change, SENTINEL } from '../model/change.js';
import type { CrrSchema } from '../model/schema.js';
import { isTimed, type ReplicatedColumnSpec } from '../model/table-spec.js';

/** The name of a column's type in the fingerprint of a schema. */
export function typeName(column: ReplicatedColumnSpec): string {
  return isTimed(column) ? 'lww by time' : column.kind.type;
}

/**
 * Whether a change marks a value of a multi-value register as overwritten. It is a change of the
 * cell of the site that wrote the value, made by another one, which overwrote it. So it contains a
 * site id that is not its sender's, and it is the only kind of change that may.
 */
export function isMark({ table, cid, col_version }: Change, schema: CrrSchema): boolean {
  if (col_version % 2 === 0 || toldKind(col_version) !== 'mvr') return false;
  const column = schema.tables.get(table)?.cellColumns.find(({ name }) => name === cid);
  return column?.kind.type === 'mvr';
}

/**
 * The greatest col_version that a change may have if versions that count writes may be up to
 * `greatestCount`. In a column that merges by time every version is possible: what is ahead of
 * this clock waits in the pending table. In other columns times are possible, too, because sites
 * that have not migrated yet, or have migrated before this one, may still merge them by time.
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
