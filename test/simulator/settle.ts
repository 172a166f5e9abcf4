/** What must hold when everybody has everything that it may have. */
import { isDeepStrictEqual } from 'node:util';
import { expectSound } from '../support/sound.js';
import { differences, lost, without } from './facts.js';
import { expectLogged, expectSameConflicts } from './logs.js';
import type { SitePlan } from './plan.js';
import type { Station, Upstream } from './station.js';
import { seenInVain } from './trespass.js';
import { votesOf } from './votes.js';
import { textsOf } from './words.js';
import { expectNothing, expectPairs, SimulationFailure, type World } from './world.js';

const MOST_ROUNDS = 30;

/** Syncs the sites whose lines are not cut until nobody has news, and compares those that see everything. */
export async function settle(world: World): Promise<void> {
  await world.finish();
  const online = [...world.stations.values()].filter(({ isCut }) => !isCut);
  await syncAll(world, online);
  for (const station of online) {
    for (const { station: server } of station.upstreams) {
      if (!station.isWhole) continue;
      const texts = [await textsOf(station), await textsOf(server)];
      if (!isDeepStrictEqual(texts[0], texts[1])) {
        const shown = texts.map((some) => JSON.stringify([...some!]));
        expectNothing(`${station.name} and ${server.name} show other texts`, shown);
      }
      const found = differences(station.known!, server.known!, true, world.pruned);
      expectNothing(`${station.name} and ${server.name} have settled, and differ`, found);
      const isComparable = station.isMigrated === server.isMigrated;
      if (world.plan.schema === 'logged' && isComparable)
        await expectSameConflicts(station, server, world.plan.page !== undefined);
    }
  }
}

/** Mends all lines, settles, and checks every site by itself and beside the others. */
export async function settleForGood(world: World): Promise<void> {
  const stations = [...world.stations.values()];
  for (const { upstreams } of stations) for (const { link } of upstreams) link.heal();
  for (const station of stations) await world.migrate(station, true);
  await settle(world);
  const server = world.stations.get('server')!;
  for (const station of stations) {
    await expectConsistent(world, station);
    if (world.plan.schema === 'logged') await expectLogged(station);
    expectPairs(station, station.known!);
    expectNothing(
      `what was acknowledged to ${station.name} is lost`,
      lost(station.acknowledged, server.known!),
    );
    if (station.isWhole) continue;
    await expectLikeNew(world, station);
    for (const upstream of station.upstreams) {
      const found = await seenInVain(station, upstream.station);
      expectNothing(`${station.name} knows what it may not see`, found);
    }
  }
  expectNothing('additions are lost', world.votes.wrong(await votesOf(server)));
  const wrong = world.words.wrong(await textsOf(server), server.known!.rows);
  expectNothing('words are lost, or doubled', wrong);
}

async function syncAll(world: World, stations: readonly Station[]): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let isQuiet = true;
    for (const station of stations) {
      for (const upstream of station.upstreams) {
        // Nothing has happened at either end since they had no news.
        if (upstream.quietAt === (await versionsOf(station, upstream))) continue;
        if ((await world.sync(station, upstream)) > 0) isQuiet = false;
        else upstream.quietAt = await versionsOf(station, upstream);
      }
    }
    if (isQuiet) return;
  }
  throw new SimulationFailure(`after ${MOST_ROUNDS} rounds there still is something to exchange`);
}

const versionsOf = async (station: Station, upstream: Upstream) =>
  `${await station.site.db.$crr.version()} ${await upstream.station.site.db.$crr.version()}`;

/** What the site shows is what the model makes of its rows, and its bookkeeping agrees with them. */
async function expectConsistent(world: World, station: Station): Promise<void> {
  await station.site.db.$crr.apply([]);
  try {
    await station.site.check();
    await expectSound(station.site.db);
  } catch (error) {
    throw new SimulationFailure(`${station.name} is not consistent: ${String(error)}`);
  }
  await world.look(station);
}

/** A site with the same rights that starts from scratch has the same rows. */
async function expectLikeNew(world: World, station: Station): Promise<void> {
  for (const { station: server } of station.upstreams) {
    const plan: SitePlan = {
      ...station.plan,
      ...{ name: `another ${station.name}`, engine: 'libsql', upstreams: [server.name] },
    };
    const fresh = await world.add(plan, false);
    await world.migrate(fresh, true);
    await syncAll(world, [fresh]);
    const [mine, theirs] = [station, fresh].map(({ known }) => without(known!, station.refused));
    const found = differences(mine!, theirs!, false);
    expectNothing(`${station.name} and a new site with its rights differ`, found);
    world.remove(fresh);
  }
}
