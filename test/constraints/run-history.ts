/** Sites with constraints write at random and exchange changes, whole or in part; all of it is checked. */
import { setImmediate } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Cursor } from '../../src/index.js';
import type { Random } from '../support/random.js';
import { expectSound } from '../support/sound.js';
import { population, randomTransaction } from './history.js';
import { type Site, sorted } from './site.js';

export interface World {
  readonly sites: readonly Site[];
  /** A new site of the same tables without constraints. */
  openPeer(): Promise<Site>;
  /** What the sites write. Default: to the tables of schema.ts. */
  readonly writes?: Writes;
}

export interface Writes {
  /** What each site begins with, one transaction each. */
  population(random: Random): string[];
  /** The statements of one transaction. */
  randomTransaction(random: Random): string[];
}

export async function runHistory(random: Random, world: World, steps: number): Promise<void> {
  const { sites, writes = { population, randomTransaction } } = world;
  const mail = new Mail();
  for (const site of sites) {
    for (const statement of writes.population(random)) await site.write([statement]);
  }
  for (let step = 0; step < steps; step++) {
    // libSQL frees statements when the event loop turns.
    await setImmediate();
    const site = random.pick(sites);
    if (random.chance(0.75)) await site.write(writes.randomTransaction(random));
    else await deliver(random, mail, random.pick(sites), site);
  }
  for (const site of sites) await expectNothingUntold(site, await world.openPeer());
  await expectSound(...sites.map(({ db }) => db));
  await exchangeAll(sites);
  await deliver(random, mail, random.pick(sites), random.pick(sites));
  for (const site of sites) await site.apply([]);
  await expectAlike(sites);
  await expectSound(...sites.map(({ db }) => db));
}

/** How far each site has read each other. */
class Mail {
  readonly #read = new Map<Site, Map<Site, number | Cursor>>();

  /** What is new at `from` since `to` has asked for it. */
  async news(from: Site, to: Site) {
    const read = this.#read.get(to) ?? new Map<Site, number | Cursor>();
    this.#read.set(to, read);
    const { changes, cursor } = await from.db.$crr.changes({ since: read.get(from) ?? 0 });
    read.set(from, cursor);
    return changes;
  }
}

async function deliver(random: Random, mail: Mail, from: Site, to: Site): Promise<void> {
  const kind = random.int(6);
  if (kind < 2) {
    await to.apply(await mail.news(from, to));
    return;
  }
  if (kind === 2) {
    const page = { since: random.int(20), limit: 1 + random.int(30) };
    await to.apply((await from.db.$crr.changes(page)).changes);
    return;
  }
  const { changes } = await from.db.$crr.changes();
  if (kind === 3) {
    await to.apply(changes);
  } else if (kind === 4) {
    // Rows of which a part is missing wait, and their children are here before them.
    await to.apply(random.shuffle(changes).slice(0, changes.length / 2));
  } else {
    await to.apply([...changes, ...changes]);
    await to.apply(changes);
  }
}

/** A database without constraints that gets the changes of one site has its merged rows. */
async function expectNothingUntold(site: Site, peer: Site): Promise<void> {
  await peer.db.$crr.apply((await site.db.$crr.changes()).changes);
  expect(sorted(await peer.shown())).toEqual(sorted(await site.merged()));
}

/** Everything reaches the last site, and from there everybody. */
async function exchangeAll(sites: readonly Site[]): Promise<void> {
  for (const [i, site] of sites.entries()) {
    const next = sites[i + 1];
    if (next !== undefined) await next.apply((await site.db.$crr.changes()).changes);
  }
  const { changes } = await sites.at(-1)!.db.$crr.changes();
  for (const site of sites.slice(0, -1)) await site.apply(changes);
}

async function expectAlike([first, ...others]: readonly Site[]): Promise<void> {
  const { shown, merged } = await first!.check();
  for (const other of others) {
    const found = await other.check();
    expect(sorted(found.merged)).toEqual(sorted(merged));
    expect(sorted(found.shown)).toEqual(sorted(shown));
  }
}
