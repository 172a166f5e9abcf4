import { affinityOf } from '../model/declared-type.js';
import type { ColumnSpec } from '../model/table-spec.js';

/** Storage classes by rank: null < blob < text < real < integer, by their first letters. */
const rank = (x: string) => `instr('nbtri', substr(typeof(${x}), 1, 1))`;

/**
 * Whether value `a` beats value `b` at equal versions: by storage class first (integer > real >
 * text > blob > null), then by value, 1 or 0. cr-sqlite 0.16 orders values so.
 */
export function greaterSql(a: string, b: string): string {
  return `CASE WHEN typeof(${a}) = typeof(${b}) THEN ifnull(${a} > ${b} COLLATE BINARY, 0) ELSE ${rank(a)} > ${rank(b)} END`;
}

/** Whether two values of a column differ in the eyes of a peer, who compares class and bytes. */
export function differsSql({ sqlType }: ColumnSpec, a: string, b: string): string {
  // Only the database may know of a collation.
  const differs = `${a} IS NOT ${b} COLLATE BINARY`;
  // A column without affinity keeps 1 and 1.0 apart, which are equal to IS.
  if (affinityOf(sqlType) !== 'blob') return differs;
  return `(${differs} OR typeof(${a}) <> typeof(${b}))`;
}
