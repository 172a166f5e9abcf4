import { block, type Fragment, statementText } from '../../sql/layout.js';
import { quoteText } from '../../sql/quote.js';
import type { CellSql } from '../cell-sql.js';
import type { CellColumnType } from '../column-type.js';
import { isBeyondRange, MOST_SHOWN, NEAREST_SHARE, ownShareSql } from './sum.js';

/** The errors that the generated SQL raises for values that a counter cannot take. */
export const COUNTER_TYPE = 'is a counter and takes integers only';
export const COUNTER_OVERFLOW = 'is a counter and would leave the range of safe integers';

/**
 * Sets this site's contribution so that all contributions add up to the value that was written. If the counter is at the
 * end of its range already, because others have added too much, an increment is added to the contribution: it must not
 * fail, and it cannot be shown.
 */
export function writeShare(cells: CellSql): string[] {
  const { value, before } = cells;
  const raise = (why: string) => `SELECT ${raiseSql(cells.label, why)}`;
  const share = ownShareSql(value, cells.otherCells);
  return [
    // An INTEGER that overflows becomes a REAL of this size before any trigger sees it.
    statementText`
      ${raise(COUNTER_OVERFLOW)}
      WHERE ${hasOverflown(value)}`,
    statementText`
      ${raise(COUNTER_TYPE)}
      WHERE typeof(${value}) <> 'integer'`,
    statementText`
      ${raise(COUNTER_OVERFLOW)}
      WHERE
        NOT (${isInRange(value)})
        AND NOT ${isBeyondRange(cells.cells)}`,
    cells.writeOwn({
      value:
        before === undefined
          ? NEAREST_SHARE
          : block`
        CASE
          WHEN ${isInRange(value)} THEN ${NEAREST_SHARE}
          ELSE CAST(ifnull(${cells.ownValue}, 0) + (${value} - ${before}) AS INTEGER)
        END`,
      version: '1',
      next: 'version + 1',
      resumed: ADD_TO_SHARE.value('value', 'excluded.value'),
      from: block`
        (
          ${share}
        ) AS share`,
      where: block`share.hi <> 0 OR share.lo <> 0 OR ${cells.hasOwnCell}`,
    }),
  ];
}

const isInRange = (value: string) => `${value} BETWEEN -${MOST_SHOWN} AND ${MOST_SHOWN}`;

/** The value that was written is not the sum of all contributions. Only for a trigger that runs after the write. */
export const isShownOtherwise = ({ value, ownValue }: CellSql): Fragment =>
  block`NOT (${isInRange(value)}) OR abs(ifnull(${ownValue}, 0) / 2) > ${2 ** 60}`;

/** A row that is created again adds to what this site had added before it was evicted. */
export const ADD_TO_SHARE: NonNullable<CellColumnType['resume']> = {
  value: (kept, written) => `${kept} + ${written}`,
  checkedValue(label, kept, written) {
    const sum = `${kept} + ${written}`;
    return block`
      CASE WHEN NOT (${isInRange(`(${sum})`)})
        THEN ${raiseSql(label, COUNTER_OVERFLOW)}
        ELSE ${sum}
      END`;
  },
};

const raiseSql = (label: string, why: string) =>
  `RAISE(ABORT, ${quoteText(`drizzle-crr: ${label} ${why}`)})`;

const hasOverflown = (value: string) => `typeof(${value}) = 'real' AND abs(${value}) >= 9.2e18`;
