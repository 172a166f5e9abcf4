/**
 * Random damage to random databases: `verify()` finds what shows, `repair` repairs what it calls repairable, and afterwards
 * nothing is left but what it calls beyond repair.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../../src/index.js';
import { RecycledDatabase } from '../constraints/recycled.js';
import type { Site } from '../constraints/site.js';
import { randomWrite } from '../simulator/writes.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { anyDamage, exchange, randomSites, schema, VISIBLE } from './damage.js';

const ROUNDS = numberFromEnv('CRR_HISTORIES', 4);

let databases: [RecycledDatabase, RecycledDatabase];
beforeAll(async () => {
  databases = [await RecycledDatabase.open(schema), await RecycledDatabase.open(schema)];
});

const sorted = (tables: Awaited<ReturnType<Site['shown']>>) =>
  [...tables].map(([name, rows]) => [name, rows.map((row) => JSON.stringify(row)).sort()]);

/** Repairs the site. @returns what is left. */
async function repaired({ db }: Site): Promise<readonly Finding[]> {
  const { findings } = await db.$crr.verify({ repair: true });
  expect(findings.filter(({ isRepairable }) => isRepairable)).toEqual([]);
  // What it says is so.
  expect((await db.$crr.verify()).findings).toEqual(findings);
  return findings;
}

describe('damage that shows is found and repaired, and both sites agree afterwards', () => {
  test.each(Object.keys(VISIBLE))('%s', async (name) => {
    const seed = hash(name, seedFromEnv());
    const [a, b] = await randomSites(seed, databases);
    expect((await a.db.$crr.verify()).findings).toEqual([]);
    const damage = await VISIBLE[name]!(a, new Random(seed));
    if (damage === undefined) return;
    expect((await a.db.$crr.verify()).findings, damage).not.toEqual([]);
    expect(await repaired(a), damage).toEqual([]);
    for (let round = 0; round < 3; round++) await exchange(a, b);
    expect(sorted(await a.shown())).toEqual(sorted(await b.shown()));
  });
});

test('whatever is damaged, a repair ends, and the database goes on if nothing is beyond repair', async () => {
  for (let i = 0; i < ROUNDS; i++) {
    const seed = seedFromEnv() + i;
    const random = new Random(hash('any', seed));
    const [a, b] = await randomSites(seed, databases);
    const done: string[] = [];
    for (let damages = 1 + random.int(4); damages > 0; damages--) {
      done.push((await anyDamage(a, random)) ?? '');
    }
    try {
      if ((await repaired(a)).length > 0) continue;
      // Not its own changes: a value that was changed without a trace is another one than it has sent.
      const excludeSite = await a.db.$crr.siteId();
      await a.db.$crr.apply(await b.db.$crr.changes({ excludeSite }));
      await a.write(randomWrite(random, 50));
      await a.db.$crr.apply([]);
      await a.db.$crr.changes();
      expect((await a.db.$crr.verify()).findings).toEqual([]);
    } catch (error) {
      throw new Error(`seed ${seed}: ${done.join('; ')}: ${String(error)}`, { cause: error });
    }
  }
});
