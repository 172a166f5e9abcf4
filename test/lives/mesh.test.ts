/** The same as a mesh: every site pulls from every other one by cursors, and leaves out what it made itself. */
import { expect, test } from 'vitest';
import type { PeerProgress } from '../../src/index.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import {
  LATEST,
  type LivesSite,
  migrateTo,
  openLivesSite,
  stateOf,
  writeAtRandom,
} from './sites.js';

const HISTORIES = Math.ceil(numberFromEnv('CRR_HISTORIES', 160) / 10);
const STEPS = 30;

test('a mesh of sites that migrate one by one ends alike', { timeout: 86_400_000 }, async () => {
  const seed = seedFromEnv();
  const only = numberFromEnv('CRR_HISTORY', -1);
  for (let history = 0; history < HISTORIES; history++) {
    if (only >= 0 && history !== only) continue;
    const random = new Random(hash('mesh of lives', seed, history));
    await runHistory(random, `CRR_SEED=${seed} CRR_HISTORY=${history}`);
  }
});

async function runHistory(random: Random, label: string): Promise<void> {
  const start = random.int(LATEST + 1);
  const sites: LivesSite[] = [];
  for (let i = 0; i < 3; i++) sites.push(await openLivesSite(start));
  for (let step = 0; step < STEPS; step++) {
    const site = random.pick(sites);
    if (random.chance(0.35)) await pull(site, random.pick(sites.filter((x) => x !== site)));
    else if (random.chance(0.12)) await migrateTo(site, Math.min(site.version + 1, LATEST));
    else await writeAtRandom(random, site);
  }
  for (const site of sites) await migrateTo(site, LATEST);
  for (let round = 0; round < 3; round++) {
    for (const to of sites) {
      for (const from of sites) if (to !== from) await pull(to, from);
    }
  }
  const state = await stateOf(sites[0]!);
  for (const site of sites.slice(1)) expect(await stateOf(site), label).toEqual(state);
}

const START: PeerProgress = { cursor: 0, skip: [] };

/** As "Writing a transport" in docs/api.md does it. */
async function pull(to: LivesSite, from: LivesSite): Promise<void> {
  const { siteId } = await from.db.$crr.transport.state();
  const [peer] = await to.db.$crr.transport.peers([siteId]);
  const [back] = await from.db.$crr.transport.peers([await to.db.$crr.siteId()]);
  const { received = START, sent = START } = peer ?? {};
  const skip = back?.sent?.skip ?? [];
  const page = await from.db.$crr.transport.read({
    since: laterOf(received.cursor, back?.sent?.cursor),
    skip,
    excludeSite: await to.db.$crr.siteId(),
  });
  await to.db.$crr.transport.merge(page, {
    peer: { siteId, received: { cursor: page.cursor, skip: [] }, sent },
  });
}

/** What `from` made of the changes of `to` need not go back there. */
function laterOf(a: PeerProgress['cursor'], b: PeerProgress['cursor'] | undefined) {
  return typeof a === 'number' && typeof b === 'number' ? Math.max(a, b) : a;
}
