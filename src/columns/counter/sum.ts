import { block, type Fragment, type Layout } from '../../sql/layout.js';

/*
 * Sums of 64-bit integers that must not overflow on the way: `sum()` raises an error if it does, and `+`
 * turns to REAL. So the upper and the lower 32 bits are summed apart, exactly, in any order.
 */
const LOW = '4294967295';

/** The sum of cells as `hi` and `lo`: hi * 2^32 + lo, with 0 <= lo < 2^32. */
export function sumOfCellsSql(cells: Fragment): Layout {
  return block`
    SELECT
      ifnull(sum(x.value >> 32), 0) + (ifnull(sum(x.value & ${LOW}), 0) >> 32) AS hi,
      ifnull(sum(x.value & ${LOW}), 0) & ${LOW} AS lo
    ${cells}`;
}

/** SQL condition: a sum of {@link sumOfCellsSql} is not an int64. */
export const OUT_OF_RANGE = 'hi NOT BETWEEN -2147483648 AND 2147483647';

/** What a counter shows: the sum of its cells, or the int64 that is nearest to it. */
export function shownSumSql(cells: Fragment): Layout {
  return block`
    (
      SELECT CASE
        WHEN hi > 2147483647 THEN 9223372036854775807
        WHEN hi < -2147483648 THEN -9223372036854775807 - 1
        ELSE (hi << 32) | lo
      END
      FROM (
        ${sumOfCellsSql(cells)}
      )
    )`;
}

/**
 * What the own cell must hold so that the counter shows `value`, as `hi` and `lo`, given the cells
 * of the other sites. If a sum had left the range, this brings it back exactly.
 */
export function ownShareSql(value: string, others: Fragment): Layout {
  const low = `((${value} & ${LOW}) - other.lo)`;
  return block`
    SELECT
      (${value} >> 32) - other.hi + (${low} >> 32) AS hi,
      ${low} & ${LOW} AS lo
    FROM (
      ${sumOfCellsSql(others)}
    ) AS other`;
}
