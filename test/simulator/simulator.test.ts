import { beforeAll, expect, test } from 'vitest';
import { hash, numberFromEnv, seedFromEnv } from '../support/random.js';
import { makePlan } from './plan.js';
import { DatabasePool } from './pool.js';
import { simulate } from './simulate.js';

const STEPS = 200;
const histories = numberFromEnv('CRR_HISTORIES', 12);

const seeds = Array.from({ length: histories }, (_, i) => hash('simulator', seedFromEnv(), i));
const pool = new DatabasePool();
beforeAll(() => pool.fill(seeds.map((seed) => makePlan(seed, STEPS))), 600_000);

test.each(seeds)(
  `npm run -s sim -- --seed %i --steps ${STEPS}`,
  { timeout: 600_000 },
  async (seed) => {
    const { failure, trace } = await simulate(makePlan(seed, STEPS), pool);
    expect(failure, trace.slice(-40).join('\n')).toBeUndefined();
  },
);
