import { makePlan } from './plan.js';
import { DatabasePool } from './pool.js';
import { simulate } from './simulate.js';

export interface FirstFailure {
  /** How many steps were made until then, and in that simulation. */
  readonly steps: number;
  readonly failure: string;
}

/** Runs simulations until one fails. @returns undefined if none does. */
export async function firstFailure(
  seed: number,
  { most, length }: { readonly most: number; readonly length: number },
): Promise<FirstFailure | undefined> {
  const pool = new DatabasePool();
  try {
    for (let steps = length; steps <= most; steps += length) {
      const { failure } = await simulate(makePlan(seed + steps, length), pool);
      if (failure !== undefined) return { steps, failure };
    }
    return undefined;
  } finally {
    await pool.close();
  }
}
