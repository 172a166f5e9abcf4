const rank = (x: string) =>
  `CASE typeof(${x}) WHEN 'integer' THEN 4 WHEN 'real' THEN 3 WHEN 'text' THEN 2 WHEN 'blob' THEN 1 ELSE 0 END`;

/**
 * Whether value `a` beats value `b` at equal versions: by storage class first (integer > real >
 * text > blob > null), then by value. cr-sqlite 0.16 orders values so.
 */
export function greaterSql(a: string, b: string): string {
  return `CASE WHEN typeof(${a}) = typeof(${b}) THEN ifnull(${a} > ${b} COLLATE BINARY, 0) ELSE ${rank(a)} > ${rank(b)} END`;
}
