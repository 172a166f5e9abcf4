import { block, type Fragment, type Layout } from '../../sql/layout.js';

/*
 * Sums of 64-bit integers that must not overflow on the way: `sum()` raises an error if it does, and `+`
 * turns to REAL. So the upper and the lower 32 bits are summed apart, exactly, in any order.
 */
const LOW = '4294967295';

/**
 * What a counter shows at most, 2^53 - 1: most drivers refuse to read a greater integer, so one cell of a site that
 * adds too much would make every query of its table fail.
 */
export const MOST_SHOWN = Number.MAX_SAFE_INTEGER;
/** The upper 32 bits of 2^53. */
const HI = 2 ** 21;

/** The sum of cells as `hi` and `lo`: hi * 2^32 + lo, with 0 <= lo < 2^32. */
export function sumOfCellsSql(cells: Fragment): Layout {
  return block`
    SELECT
      ifnull(sum(x.value >> 32), 0) + (ifnull(sum(x.value & ${LOW}), 0) >> 32) AS hi,
      ifnull(sum(x.value & ${LOW}), 0) & ${LOW} AS lo
    ${cells}`;
}

const IS_ABOVE = `hi >= ${HI}`;
const IS_BELOW = `(hi < -${HI} OR hi = -${HI} AND lo = 0)`;

/** SQL condition: the sum of cells is beyond what a counter shows. */
export const isBeyondRange = (cells: Fragment): Layout => block`
  EXISTS (
    SELECT 1 FROM (
      ${sumOfCellsSql(cells)}
    )
    WHERE ${IS_ABOVE} OR ${IS_BELOW}
  )`;

/** What a counter shows: the sum of its cells, or the nearest integer that it can show. */
export function shownSumSql(cells: Fragment): Layout {
  return block`
    (
      SELECT CASE
        WHEN ${IS_ABOVE} THEN ${MOST_SHOWN}
        WHEN ${IS_BELOW} THEN -${MOST_SHOWN}
        ELSE (hi << 32) | lo
      END
      FROM (
        ${sumOfCellsSql(cells)}
      )
    )`;
}

/**
 * What the own cell must hold so that the counter shows `value`, as `hi` and `lo`, given the cells
 * of the other sites. If a sum had left the range, this brings it back exactly, as far as one cell can.
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

/** The int64 that is nearest to `share.hi * 2^32 + share.lo`. */
export const NEAREST_SHARE = `CASE
  WHEN share.hi > 2147483647 THEN 9223372036854775807
  WHEN share.hi < -2147483648 THEN -9223372036854775807 - 1
  ELSE (share.hi << 32) | share.lo
END`;
