import { describe, expect, test } from 'vitest';
import { COLUMN_TYPES } from '../../src/columns/registry.js';
import { endOf, rangeOf } from '../../src/columns/versions.js';
import {
  COUNTS,
  greatestJump,
  LATER_COUNTS,
  MAX_JUMP,
  RANGE_WIDTH,
  TIMES,
  VERSIONS_END,
} from '../../src/columns/wire-range.js';

const RANGES = [
  ...new Set([COUNTS, LATER_COUNTS, TIMES, ...COLUMN_TYPES.map(({ range }) => range)]),
];

describe('the range of a column type', () => {
  test.each(RANGES)('$name is as wide as any, and none overlaps', (range) => {
    expect(rangeOf(range.first)).toBe(range);
    expect(rangeOf(endOf(range) - 1)).toBe(range);
    expect(endOf(range) - range.first).toBeGreaterThanOrEqual(RANGE_WIDTH);
    expect(Number.isSafeInteger(endOf(range) - 1)).toBe(true);
  });
});

describe('how far a push may raise a version', () => {
  test('an unknown cell: by all that a device writes between two syncs', () => {
    for (const range of RANGES) {
      expect(greatestJump(range.first, endOf(range), MAX_JUMP)).toBe(range.first + MAX_JUMP);
    }
  });

  test('never to the end of the range, so that one more write is possible', () => {
    for (const left of [1, 2, 1_000, 2 ** 20, 2 ** 30, 2 ** 40]) {
      const end = RANGE_WIDTH;
      const greatest = greatestJump(end - left - 1, end, MAX_JUMP);
      expect(greatest).toBeGreaterThan(end - left - 1);
      expect(greatest).toBeLessThan(end);
    }
  });

  test('less and less: a hundred million pushes to one cell leave room for honest writers', () => {
    let known = 0;
    // 2^10 pushes at a time: what is left shrinks by the same share with each.
    for (let pushes = 0; pushes < 2 ** 27; pushes += 2 ** 10) {
      known += 2 ** 10 * (greatestJump(known, RANGE_WIDTH, MAX_JUMP) - known);
    }
    expect(greatestJump(known, RANGE_WIDTH, MAX_JUMP)).toBeGreaterThan(known + 1);
    expect(RANGE_WIDTH - known).toBeGreaterThan(2 ** 23);
  });

  test('a limit that is less counts', () => {
    expect(greatestJump(10, VERSIONS_END, 5)).toBe(15);
  });
});
