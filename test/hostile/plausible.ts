/** Batches of well-formed changes about rows that may be anybody's: what somebody sends who knows the format. */
import { type Change, SENTINEL } from '../../src/index.js';
import type { Random } from '../support/random.js';
import type { Ingredients } from './changes.js';

export function plausibleBatch(random: Random, parts: Ingredients): Change[] {
  const rows = 1 + random.int(4);
  return Array.from({ length: rows }, () => plausibleRow(random, parts)).flat();
}

function plausibleRow(random: Random, { honest, sites, ownSite }: Ingredients): Change[] {
  const first = random.int(honest.length);
  const { table, pk } = honest[first]!;
  const row = honest
    .slice(first, first + 1 + random.int(6))
    .filter((one) => one.table === table && one.pk === pk);
  const ofTable = honest.filter((one) => one.table === table);
  const same = {
    site_id: random.chance(0.93) ? ownSite : random.pick(sites),
    pk: random.chance(0.4) ? random.pick(ofTable).pk : pk,
    cl: random.pick([1, 1, 1, 1, 2, 3, 4, 5]),
  };
  if (same.cl % 2 === 0) {
    return [{ ...row[0]!, ...same, cid: SENTINEL, val: null, col_version: same.cl }];
  }
  // Versions of counters and registers have a range of their own, which begins at a great number.
  const raise = random.pick([0, 0, 1, 4, 30]);
  return row
    .filter(({ cid }) => cid !== SENTINEL)
    .map((change) => ({
      ...change,
      ...same,
      val: plausibleValue(random, change),
      col_version: change.col_version + raise,
    }));
}

function plausibleValue(random: Random, { val }: Change): Change['val'] {
  if (typeof val !== 'string' || random.chance(0.4)) return val;
  return random.pick(['ann', 'bob', 'mallory', 'o0', 'o1', 'o2', 'x']);
}
