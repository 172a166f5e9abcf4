import type { ReplicatedColumnSpec } from '../model/table-spec.js';
import { compareValues, type SqlValue } from '../model/value.js';
import { greaterSql } from '../sql/compare.js';
import type { CellText, IncomingCell } from './column-type.js';

/*
 * The common part of the types in which the last write wins: the greater version, then the greater
 * value, as in cr-sqlite.
 */

export function lastWriteWins(_column: ReplicatedColumnSpec, a: CellText, b: CellText): string {
  return `2 * (${a.version} - ${b.version}) + ${greaterSql(a.value, b.value)} > 0`;
}

export function compareLastWrite(a: IncomingCell, b: IncomingCell): number {
  return a.version - b.version || compareValues(a.val, b.val);
}

export function refuseNull(
  val: SqlValue,
  _version: number,
  column: ReplicatedColumnSpec,
): string | undefined {
  return val === null && column.notNull ? 'is NOT NULL, and this value is null' : undefined;
}
