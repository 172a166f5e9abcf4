import { beforeAll, test } from 'vitest';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { RecycledDatabase } from './recycled.js';
import { runHistory } from './run-history.js';
import { freeTwins, twins, twinWrites } from './twins.js';

const histories = numberFromEnv('CRR_HISTORIES', 4);
const steps = numberFromEnv('CRR_STEPS', 60);

const databases: RecycledDatabase[] = [];
let peer: RecycledDatabase;
beforeAll(async () => {
  for (let i = 0; i < 3; i++) databases.push(await RecycledDatabase.open(twins));
  peer = await RecycledDatabase.open(freeTwins);
});

test.each(Array.from({ length: histories }, (_, i) => hash('twins', seedFromEnv(), i)))(
  'rows that have lost several unique values are shown alike everywhere: seed %i',
  { timeout: 600_000 },
  async (seed) => {
    const sites = databases.map((database) => database.site());
    const world = { sites, openPeer: async () => peer.site(), writes: twinWrites };
    await runHistory(new Random(seed), world, steps);
  },
);
