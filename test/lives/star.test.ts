/**
 * A server and its clients migrate at different times, while rows die, come back, are replaced and get
 * other keys. When all have migrated and exchanged what they have, they agree.
 */
import { expect, test } from 'vitest';
import { createSync, createSyncHandler } from '../../src/sync/index.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import {
  LATEST,
  type LivesSite,
  migrateTo,
  openLivesSite,
  stateOf,
  writeAtRandom,
} from './sites.js';

const HISTORIES = Math.ceil(numberFromEnv('CRR_HISTORIES', 160) / 20);
const STEPS = 30;

test('a star of sites that migrate one by one ends alike', { timeout: 86_400_000 }, async () => {
  const seed = seedFromEnv();
  const only = numberFromEnv('CRR_HISTORY', -1);
  for (let history = 0; history < HISTORIES; history++) {
    if (only >= 0 && history !== only) continue;
    const random = new Random(hash('star', seed, history));
    await runHistory(random, `CRR_SEED=${seed} CRR_HISTORY=${history}`);
  }
});

async function runHistory(random: Random, label: string): Promise<void> {
  const start = random.int(LATEST + 1);
  const server = await openLivesSite(start);
  const clients = [
    await openLivesSite(start),
    await openLivesSite(start),
    await openLivesSite(start),
  ];
  const sites = [server, ...clients];
  for (let step = 0; step < STEPS; step++) {
    if (random.chance(0.3)) await sync(random.pick(clients), server);
    else if (random.chance(0.12)) await migrateNext(random.pick(sites));
    else await writeAtRandom(random, random.pick(sites));
  }
  for (const site of random.shuffle(sites)) {
    await migrateTo(site, LATEST);
    if (site !== server && random.chance(0.5)) await sync(site, server);
  }
  for (let round = 0; round < 3; round++) {
    for (const client of clients) await sync(client, server);
  }
  const state = await stateOf(server);
  for (const client of clients) expect(await stateOf(client), label).toEqual(state);
  for (const site of sites) expect(await site.db.$crr.pendingCount(), label).toBe(0);
  // Nobody has anything to tell any more.
  for (const client of clients) expect((await sync(client, server)).pulled, label).toBe(0);
}

async function migrateNext(site: LivesSite): Promise<void> {
  if (site.version < LATEST) await migrateTo(site, site.version + 1);
}

function sync(client: LivesSite, server: LivesSite) {
  const handler = createSyncHandler({ db: server.db, public: true, onError: () => {} });
  return createSync({ db: client.db, fetch: handler, retry: { attempts: 1 } }).sync();
}
