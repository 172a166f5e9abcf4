import { describe, expect, test } from 'vitest';
import { compareHoldings, type Holdings } from '../../demo/verdict.js';

const site = (name: string, change: Partial<Holdings> = {}): Holdings => ({
  site: name,
  rows: ['row 1', 'row 2'],
  clocks: ['clock 1', 'clock 2'],
  tombstones: 0,
  ...change,
});

describe("the demo's verdict", () => {
  test('holds where rows and clocks are equal', () => {
    const verdict = compareHoldings([site('a'), site('b'), site('c')]);
    expect(verdict).toMatchObject({ holds: true, differences: 0 });
  });

  test.each<[string, Partial<Holdings>]>([
    ['a row is missing', { rows: ['row 1'] }],
    ['a row is changed', { rows: ['row 1', 'row 2, changed'] }],
    ['a row is there twice', { rows: ['row 1', 'row 1', 'row 2'] }],
    ['rows are equal and a clock is not', { clocks: ['clock 1', 'clock 3'] }],
  ])('does not hold where %s', (_, change) => {
    const verdict = compareHoldings([site('a'), site('b'), site('c', change)]);
    expect(verdict.holds).toBe(false);
    expect(verdict.differences).toBeGreaterThan(0);
  });

  test('does not hold of databases that are all empty', () => {
    const empty = { rows: [], clocks: [] };
    expect(compareHoldings([site('a', empty), site('b', empty)]).holds).toBe(false);
  });
});
