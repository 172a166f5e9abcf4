/**
 * Changes and requests that no honest database sends. Each that is refused is refused with a code, and leaves the bytes of the
 * database as they were. Those that are accepted leave it intact. Nothing shows a value of somebody else.
 * `npm run -s hostile` does the same with other seeds, and for longer.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { hash, seedFromEnv } from '../support/random.js';
import { Arena } from './arena.js';
import { noOutcomes, runEpisode } from './episode.js';
import type { Attacked } from './schema.js';

const EPISODES: Readonly<Record<Attacked, number>> = { simple: 4, constrained: 1 };
const INPUTS: Readonly<Record<Attacked, number>> = { simple: 150, constrained: 40 };

describe.each(['simple', 'constrained'] as const)('%s tables', (kind) => {
  let arena: Arena;
  beforeAll(async () => {
    arena = await Arena.open(kind);
  });

  test.each(['apply', 'handler'] as const)('%s survives hostile input', async (target) => {
    const outcomes = noOutcomes();
    for (let i = 0; i < EPISODES[kind]; i++) {
      const seed = hash(seedFromEnv(), i) % 1_000_000;
      await runEpisode(arena, { target, seed, inputs: INPUTS[kind] }, outcomes);
    }
    // The inputs are neither all absurd nor all harmless.
    expect(outcomes.accepted).toBeGreaterThan(outcomes.inputs / 10);
    expect(outcomes.refused.size).toBeGreaterThan(5);
  });
});
