import { hexToBytes, type SqlValue } from './value.js';

/*
 * Defaults of columns, as the SQL text that stands in DDL. A site gives a column's default to cells that
 * nobody has written, so it must be the same value at every site and at any time.
 */

/** Names that make the value depend on when, where or how often it is evaluated. */
const VARIES =
  /\b(random|randomblob|current_time|current_date|current_timestamp|now|date|time|datetime|julianday|unixepoch|strftime|timediff|changes|total_changes|last_insert_rowid|sqlite_version|sqlite_source_id)\b/i;

/** Whether a default has one value at every site. */
export function isConstantDefault(text: string): boolean {
  return !VARIES.test(text.replaceAll(/'(?:[^']|'')*'/g, "''"));
}

/** The value of a default that is a literal; undefined if it is an expression. */
export function literalValue(text: string): SqlValue | undefined {
  const sql = text.trim();
  const inner = /^\(([\s\S]*)\)$/.exec(sql)?.[1];
  if (inner !== undefined) return literalValue(inner);
  const quoted = /^'((?:[^']|'')*)'$/.exec(sql)?.[1];
  if (quoted !== undefined) return quoted.replaceAll("''", "'");
  const hex = /^x'((?:[0-9a-f]{2})*)'$/i.exec(sql)?.[1];
  if (hex !== undefined) return hexToBytes(hex);
  if (/^[+-]?\d{1,18}$/.test(sql)) return BigInt(sql.replace('+', ''));
  if (/^[+-]?(\d+\.\d*|\.?\d+)(e[+-]?\d+)?$/i.test(sql)) return Number(sql);
  if (/^true$/i.test(sql)) return 1n;
  if (/^false$/i.test(sql)) return 0n;
  return /^null$/i.test(sql) ? null : undefined;
}
