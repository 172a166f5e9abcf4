/**
 * Random histories: logs of sites are equal in the end, and heads and sides of conflicts are those of a model with version
 * vectors.
 */
import { describe, expect, test } from 'vitest';
import { type Cursor, unpackKey } from '../../src/index.js';
import { numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { KEYS, levelOf, ModelledSite } from './model.js';
import { randomWrite } from './random-write.js';

const HISTORIES = numberFromEnv('CRR_HISTORIES', 6);
const STEPS = 30;
const SEED = seedFromEnv();

describe.each(['in order', 'chaos'] as const)('a network: %s', (network) => {
  test.each(Array.from({ length: HISTORIES }, (_, i) => SEED + i))('seed %i', async (seed) => {
    const random = new Random(seed);
    const all = new Map();
    const sites = await Promise.all([0, 1, 2].map(() => ModelledSite.open(all, levelOf(seed))));
    const cursors = new Map<string, number | Cursor>();
    const wrong: string[] = [];

    const deliver = async (from: number, to: number, isChaos: boolean) => {
      if (isChaos) {
        // Rows travel whole, as far as they are newer than any db_version; some are lost, some come twice.
        const since = random.int(1 + (await sites[from]!.db.$crr.version()));
        const { changes } = await sites[from]!.db.$crr.changes({ since });
        const lost = random.pick(KEYS);
        const some = changes.filter(({ pk }) => unpackKey(pk)[0] !== lost);
        await sites[to]!.db.$crr.apply(random.shuffle([...some, ...some.slice(0, 3)]));
        return;
      }
      const id = `${from}>${to}`;
      const page = await sites[from]!.db.$crr.changes({
        since: cursors.get(id) ?? 0,
        limit: 1 + random.int(40),
      });
      await sites[to]!.db.$crr.apply(page);
      cursors.set(id, page.cursor);
      wrong.push(...(await sites[to]!.received()));
    };

    for (let step = 0; step < STEPS; step++) {
      const site = sites[random.int(sites.length)]!;
      if (random.int(3) < 2) wrong.push(...(await site.write(() => randomWrite(site, random))));
      else {
        const from = random.int(sites.length);
        const to = (from + 1 + random.int(sites.length - 1)) % sites.length;
        await deliver(from, to, network === 'chaos');
        if (network === 'chaos') await sites[to]!.received();
        else {
          wrong.push(...(await sites[to]!.wrongHeads()));
          wrong.push(...(await sites[to]!.wrongForks()));
        }
      }
      expect(wrong).toEqual([]);
    }
    for (let round = 0; round < 3; round++) {
      for (const from of [0, 1, 2]) {
        for (const to of [0, 1, 2]) {
          if (from === to) continue;
          await sites[to]!.db.$crr.apply(await sites[from]!.db.$crr.changes());
          await sites[to]!.received();
        }
      }
    }
    const logs = await Promise.all(sites.map((site) => site.log()));
    const rows = await Promise.all(sites.map((site) => site.rows()));
    for (const i of [1, 2]) {
      expect(rows[i]).toEqual(rows[0]);
      expect(logs[i]).toEqual(logs[0]);
    }
    for (const site of sites) {
      expect(await site.wrongHeads()).toEqual([]);
      expect(await site.wrongForks()).toEqual([]);
      expect((await site.db.$crr.verify()).findings).toEqual([]);
    }
  });
});
