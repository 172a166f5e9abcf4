import { expect, test } from 'vitest';
import { makePlan } from './plan.js';
import { DatabasePool } from './pool.js';
import { simulate } from './simulate.js';

test('a seed has one plan', () => {
  expect(makePlan(7, 30)).toEqual(makePlan(7, 30));
  expect(makePlan(7, 30)).not.toEqual(makePlan(8, 30));
});

test('a plan runs the same way twice, in the same databases', { timeout: 120_000 }, async () => {
  const pool = new DatabasePool();
  try {
    const plan = makePlan(7, 60);
    const first = await simulate(plan, pool);
    const second = await simulate(plan, pool);
    expect(first.failure).toBe(undefined);
    expect(first.trace.length).toBeGreaterThan(60);
    expect(second).toEqual(first);
  } finally {
    await pool.close();
  }
});
