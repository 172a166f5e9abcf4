/*
 * Sums of 64-bit integers that must not overflow on the way: `sum()` raises where it does, and `+`
 * turns to REAL. So the upper and the lower 32 bits are summed apart, exactly, in any order.
 */
const LOW = '4294967295';

/** The sum of cells as `hi` and `lo`: hi * 2^32 + lo, where 0 <= lo < 2^32. */
export function sumOfCellsSql(cells: string): string {
  return `SELECT ifnull(sum(x.val >> 32), 0) + (ifnull(sum(x.val & ${LOW}), 0) >> 32) AS hi, ifnull(sum(x.val & ${LOW}), 0) & ${LOW} AS lo ${cells}`;
}

/** Whether a sum of {@link sumOfCellsSql} is no int64. */
export const OUT_OF_RANGE = 'hi NOT BETWEEN -2147483648 AND 2147483647';

/** What a counter shows: the sum over its cells, or the int64 that is nearest to it. */
export function shownCountSql(cells: string): string {
  return `(SELECT CASE WHEN hi > 2147483647 THEN 9223372036854775807 WHEN hi < -2147483648 THEN -9223372036854775807 - 1 ELSE (hi << 32) | lo END FROM (${sumOfCellsSql(cells)}))`;
}

/**
 * What the own cell must hold so that the counter shows `value`, as `hi` and `lo`, given the cells
 * of the other sites. Where a sum had left the range this brings it back exactly.
 */
export function ownShareSql(value: string, others: string): string {
  const low = `((${value} & ${LOW}) - o.lo)`;
  return `SELECT (${value} >> 32) - o.hi + (${low} >> 32) AS hi, ${low} & ${LOW} AS lo FROM (${sumOfCellsSql(others)}) AS o`;
}
