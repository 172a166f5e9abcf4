import { beforeAll, test } from 'vitest';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { RecycledDatabase } from './recycled.js';
import { runHistory } from './run-history.js';
import { constrained, free } from './schema.js';

const histories = numberFromEnv('CRR_HISTORIES', 4);
const steps = numberFromEnv('CRR_STEPS', 60);

const databases: RecycledDatabase[] = [];
let peer: RecycledDatabase;
beforeAll(async () => {
  for (let i = 0; i < 3; i++) databases.push(await RecycledDatabase.open(constrained));
  peer = await RecycledDatabase.open(free);
});

test.each(Array.from({ length: histories }, (_, i) => hash('constraints', seedFromEnv(), i)))(
  'sites show the same of what they merged, and lose nothing: seed %i',
  { timeout: 600_000 },
  async (seed) => {
    const sites = databases.map((database) => database.site());
    await runHistory(new Random(seed), { sites, openPeer: async () => peer.site() }, steps);
  },
);
