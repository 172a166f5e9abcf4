import { expect, test } from 'vitest';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { randomTransaction } from './history.js';
import { constrained, free } from './schema.js';
import { Site, sorted } from './site.js';

const histories = numberFromEnv('CRR_HISTORIES', 6);
const steps = numberFromEnv('CRR_STEPS', 60);

test.each(Array.from({ length: histories }, (_, i) => hash('constraints', seedFromEnv(), i)))(
  'sites show the same of what they merged, and lose nothing: seed %i',
  { timeout: 600_000 },
  async (seed) => {
    await runHistory(seed);
  },
);

async function runHistory(seed: number): Promise<void> {
  const random = new Random(seed);
  const sites = [
    await Site.open(constrained),
    await Site.open(constrained),
    await Site.open(constrained),
  ];
  for (let step = 0; step < steps; step++) {
    const site = random.pick(sites);
    if (random.chance(0.75)) await site.write(randomTransaction(random));
    else await deliver(random, random.pick(sites), site);
  }
  for (const site of sites) await expectNothingUntold(site);
  for (let round = 0; round < 2; round++) {
    for (const from of sites) {
      for (const to of sites)
        if (from !== to) await to.apply((await from.db.$crr.changes()).changes);
    }
  }
  for (const site of sites) await site.apply([]);
  const [first, ...others] = sites;
  for (const other of others) {
    expect(sorted(await other.merged())).toEqual(sorted(await first!.merged()));
    expect(sorted(await other.shown())).toEqual(sorted(await first!.shown()));
  }
  for (const { db } of sites) db.$client.close();
}

async function deliver(random: Random, from: Site, to: Site): Promise<void> {
  const all = (await from.db.$crr.changes()).changes;
  switch (random.int(4)) {
    case 0:
      await to.apply(all);
      break;
    case 1: {
      const { changes } = await from.db.$crr.changes({
        since: random.int(20),
        limit: 1 + random.int(30),
      });
      await to.apply(changes);
      break;
    }
    case 2:
      await to.apply(random.shuffle(all).slice(0, all.length / 2));
      break;
    default:
      await to.apply([...all, ...all]);
      await to.apply(all);
  }
}

/** A database without constraints that gets the changes of one site has its merged rows. */
async function expectNothingUntold(site: Site): Promise<void> {
  const peer = await Site.open(free);
  await peer.db.$crr.apply((await site.db.$crr.changes()).changes);
  expect(sorted(await peer.shown())).toEqual(sorted(await site.merged()));
  peer.db.$client.close();
}
