/** Runs a plan. */
import { PIN_SQL, UNPIN_SQL } from '../../src/tables/state/table.js';
import { Random } from '../support/random.js';
import { MOST_AHEAD_MS } from './clock.js';
import { workOnDraft } from './drafts.js';
import { prune } from './logs.js';
import type { Plan, Step } from './plan.js';
import type { DatabasePool } from './pool.js';
import { settle, settleForGood } from './settle.js';
import type { Station } from './station.js';
import { SimulationFailure, World } from './world.js';
import { randomWrite } from './writes.js';

export interface Outcome {
  /** What happened, as people read it. */
  readonly trace: readonly string[];
  /** What went wrong, if anything has. */
  readonly failure?: string;
}

export async function simulate(plan: Plan, pool: DatabasePool): Promise<Outcome> {
  await pool.reset();
  const world = new World(plan, pool);
  try {
    world.note(`${plan.schema} tables, pages of ${plan.page ?? 'any number of'} changes`);
    for (const site of plan.sites) {
      const { name, rights, engine } = site;
      world.note(
        `${name}: ${rights}, on ${engine}, syncs with ${site.upstreams.join(', ') || 'none'}`,
      );
      await world.add(site, true);
    }
    for (const step of plan.steps) await run(world, step);
    world.note('at the end');
    await settleForGood(world);
    return { trace: world.trace };
  } catch (error) {
    const isExpected = error instanceof SimulationFailure;
    const failure = isExpected ? error.message : String((error as Error).stack ?? error);
    return { trace: world.trace, failure };
  } finally {
    await world.abandon();
  }
}

async function run(world: World, step: Step): Promise<void> {
  const random = new Random(step.seed);
  const station = world.stations.get(step.at);
  const note = (text: string) => world.note(`${step.number} ${text}`);
  switch (step.kind) {
    case 'time': {
      note('time passes');
      for (let events = 1 + random.int(3); events > 0; events--) await world.passTime();
      return;
    }
    case 'late': {
      const late = world.late.splice(random.int(world.late.length), 1)[0];
      if (late === undefined || !world.stations.has(late.to.name)) return;
      note(`a request arrives at ${late.to.name} for the second time`);
      const response = await late.to.handle(late.request);
      await response.body?.cancel();
      await world.look(late.to);
      return;
    }
    case 'settle':
      note('sites that are online settle');
      return settle(world);
    case 'join':
      note(`${step.at} joins: ${step.joins!.rights}`);
      await world.add(step.joins!, random.chance(0.5));
      return;
    default:
      // It has left, or the step in which it came was left out.
      if (station !== undefined) return runAt(world, station, step, random);
  }
}

async function runAt(world: World, station: Station, step: Step, random: Random): Promise<void> {
  const { name } = station;
  const note = (text: string) => world.note(`${step.number} ${name} ${text}`);
  const upstream = station.upstreams[random.int(station.upstreams.length)];
  if (step.kind === 'write') {
    const { isMigrated } = station;
    const statements = randomWrite(random, step.number, { schema: world.plan.schema, isMigrated });
    const isDone = await world.write(station, statements);
    note(`${isDone ? 'writes' : 'may not write'}: ${textOf(statements)}`);
    return;
  }
  if (step.kind === 'type') {
    // A copy that does not know yet that it is one would write over what it has written since; see docs/text.md.
    if (world.plan.schema !== 'texts' || station.isOld) return world.passTime();
    const word = `w${step.number} `;
    const row = await world.type(station, random, word);
    note(row === undefined ? 'has no such text' : `adds "${word}" to ${row}`);
    return;
  }
  if (step.kind === 'draft' || step.kind === 'prune') {
    const work = step.kind === 'draft' ? workOnDraft : prune;
    const done = await work(world, station, random);
    if (done === undefined) return world.passTime();
    return note(done);
  }
  if (step.kind === 'crash') {
    note('crashes, and starts again');
    return world.crash(station);
  }
  if (step.kind === 'migrate') {
    const isRestarted = random.chance(0.6);
    if (!world.plan.migrates || world.isSyncing(station)) return;
    note(`migrates its database, and its process ${isRestarted ? 'starts again' : 'goes on'}`);
    return world.migrate(station, isRestarted);
  }
  if (step.kind === 'clock') {
    const { clock } = station.database;
    if (clock === undefined) return;
    clock.ahead = random.int(2 * MOST_AHEAD_MS) - MOST_AHEAD_MS;
    note(`has a clock that is ahead by ${clock.ahead} ms`);
    return;
  }
  if (upstream === undefined) return;
  if (step.kind === 'cut') {
    note('is cut off');
    for (const { link } of station.upstreams) link.cut();
    await world.rest();
  } else if (step.kind === 'heal') {
    for (const { link } of station.upstreams) link.heal();
  } else if (step.kind === 'line') {
    const loss = random.pick([0, 0.1, 0.4]);
    note(`has a line that loses ${loss}`);
    upstream.link.set({ loss, delayMs: [1, random.pick([1_000, 1_000_000])] });
  } else if (step.kind === 'sync') {
    if (world.isSyncing(station)) return;
    note(`begins to sync with ${upstream.station.name}`);
    await world.startSync(station, upstream);
  } else await runAlone(world, station, step, random);
}

/** One transaction as people write it. */
const textOf = (statements: readonly string[]) =>
  statements
    .map((sql) => (sql === PIN_SQL ? 'BEGIN' : sql === UNPIN_SQL ? 'COMMIT' : sql))
    .join('; ');

/** Steps that are only possible while the site does not sync. */
async function runAlone(world: World, station: Station, step: Step, random: Random) {
  const note = (text: string) => world.note(`${step.number} ${station.name} ${text}`);
  if (world.isSyncing(station)) return;
  if (step.kind === 'leave') {
    note('leaves for good');
    world.remove(station);
  } else if (step.kind === 'rotate') {
    note('takes another site id');
    await station.site.db.$crr.rotateSiteId();
    station.isOld = false;
    await world.look(station);
  } else if (step.kind === 'backUp') {
    if (station.isCut) return;
    // What was not sent when a file was copied is in both, as docs/operations.md explains.
    await world.finish();
    for (const upstream of station.upstreams) await world.sync(station, upstream);
    note('is copied');
    world.backUp(station);
  } else if (step.kind === 'restore') {
    if (station.backup === undefined) return;
    const isRotated = random.chance(0.5);
    note(`goes back to its copy${isRotated ? ', and takes another site id' : ''}`);
    await world.restore(station, station.backup);
    if (isRotated) await station.site.db.$crr.rotateSiteId();
    station.isOld &&= !isRotated;
    await world.look(station);
  }
}
