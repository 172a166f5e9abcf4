/** Sites on different engines write at random and exchange changes; in the end they agree, clocks included. */
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { exchange, items, members, type Site, stateOf } from './conformance.js';
import { OPENERS, openOn } from './openers.js';

const HISTORIES = Math.ceil(numberFromEnv('CRR_HISTORIES', 500) / 100);
const STEPS = 40;
/** Whatever has a driver in this line of Drizzle. D1 is slow, so it takes part in the first history only. */
const ENGINES = OPENERS.filter(
  ({ drizzle, missing }) => drizzle !== undefined && missing === undefined,
);

test('sites on different engines end alike', { timeout: 86_400_000 }, async () => {
  const seed = seedFromEnv();
  for (let history = 0; history < HISTORIES; history++) {
    const random = new Random(hash('engines', seed, history));
    const openers = ENGINES.filter(({ name }) => history === 0 || !name.startsWith('D1'));
    const sites = await Promise.all(openers.map((opener) => openOn(opener, { items, members })));
    for (let step = 0; step < STEPS; step++) {
      if (random.chance(0.3)) {
        const [a, b] = random.shuffle(sites);
        await exchange(a!, b!);
      } else await write(random, random.pick(sites));
    }
    // Everything reaches the first site, and from there everybody.
    for (const round of [sites, sites]) {
      for (const site of round.slice(1)) await exchange(sites[0]!, site);
    }
    const facts = await Promise.all(sites.map((site) => factsOf(sites, site)));
    for (const [i, found] of facts.entries()) {
      expect(found, `CRR_SEED=${seed} history ${history}: ${openers[i]!.name}`).toEqual(facts[0]);
    }
  }
});

const KEYS = ['a', 'b', 'c'];
const TEXTS = ['', 'x', 'Y', 'a\0b', '\uFEFFz', 'é', null];
const VALUES = [null, 0, 1.5, 1e20, -2, 'text', new Uint8Array(), Uint8Array.of(0, 255)];

async function write(random: Random, { db }: Site): Promise<void> {
  const id = random.pick(KEYS);
  const place = 'a0';
  const values = {
    title: random.pick(TEXTS),
    size: random.int(5),
    weight: random.pick([1, 2.5, null]),
    any: random.pick(VALUES),
    votes: random.int(4),
    tag: random.pick(TEXTS),
    high: random.int(9),
    low: random.pick(TEXTS),
  };
  const names = random.shuffle(Object.keys(values)).slice(0, 3);
  const some = Object.fromEntries(names.map((name) => [name, values[name as keyof typeof values]]));
  const of = eq(items.id, id);
  const number = random.int(3);
  await random.pick([
    () =>
      db
        .insert(items)
        .values({ id, place, ...values })
        .onConflictDoNothing(),
    () =>
      db.insert(items).values({ id, place }).onConflictDoUpdate({ target: items.id, set: some }),
    () => db.update(items).set(some).where(of),
    () => db.update(items).set(some).where(of),
    () => db.delete(items).where(of),
    () => db.insert(members).values({ team: id, number, name: 'n' }).onConflictDoNothing(),
    () => db.delete(members).where(eq(members.number, number)),
  ])();
}

/** What sites agree on: not when and in which order they learnt it. */
async function factsOf(sites: readonly Site[], site: Site): Promise<string[]> {
  const lines = await stateOf(sites, site);
  return (
    lines
      .filter((line) => !line.startsWith('version '))
      // A first life needs no sentinel if a cell proves it.
      .filter((line) => !/ -1 = null v1 /.test(line))
      .map((line) => line.replace(/ db\d+ (\w+) cl(\d+) seq\d+$/, ' cl$2'))
      .sort()
  );
}
