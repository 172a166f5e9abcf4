/** Replays a history in one or several worlds and tells the first difference it meets. */
import type { History, Step } from './history.js';
import type { Shape } from './shape.js';
import { type SiteState, World, type WorldPlan } from './world.js';

/** Two rounds carry every fact everywhere; what still differs then would differ forever. */
const ROUNDS = 4;

/**
 * Replays `history` in every world at once.
 *
 * After each step the site that was touched must look alike in all worlds. At the end all sites of a
 * world exchange what is newer than their cursors: they must then agree among themselves, must still
 * do so after sending everything again, and must agree between worlds.
 *
 * @returns the first difference as text, or `undefined`.
 */
export async function replay(
  history: History,
  plans: readonly WorldPlan[],
): Promise<string | undefined> {
  const worlds: World[] = [];
  try {
    for (const plan of plans) worlds.push(await World.open(plan, history.shape, history.sites));
    return (await playSteps(history, worlds)) ?? (await settle(history, worlds));
  } catch (error) {
    return `an error: ${(error as Error).stack}`;
  } finally {
    for (const world of worlds) await world.close();
  }
}

async function playSteps(history: History, worlds: readonly World[]): Promise<string | undefined> {
  for (const [index, step] of history.steps.entries()) {
    const seen: Seen[] = [];
    for (const world of worlds) {
      try {
        seen.push({ name: world.name, lines: await world.play(step) });
      } catch (error) {
        return `step ${index}, world ${world.name}: ${(error as Error).stack}`;
      }
    }
    const subject = step.kind === 'write' ? 'the outcome' : 'what was sent';
    const difference =
      firstDifference(seen)?.replace('lines', subject) ??
      (await compareWorlds(worlds, touchedSites(step, history), history.shape));
    if (difference) return `step ${index}, ${difference}`;
  }
  return undefined;
}

async function settle(history: History, worlds: readonly World[]): Promise<string | undefined> {
  for (const world of worlds) {
    let difference: string | undefined = 'never exchanged';
    for (let round = 0; difference && round < ROUNDS; round++) {
      await world.exchangeNew();
      difference = await compareSites(world, history);
    }
    if (difference) return `sites of world ${world.name} do not converge: ${difference}`;
    await world.exchangeAll();
    difference = await compareSites(world, history);
    if (difference) return `world ${world.name}, after sending all again: ${difference}`;
  }
  const difference = await compareWorlds(worlds, allSites(history), history.shape);
  return difference && `after the last exchange, ${difference}`;
}

function touchedSites(step: Step, history: History): readonly number[] {
  if (step.kind === 'exchange') return allSites(history);
  return [step.kind === 'write' ? step.site : step.to];
}

function allSites(history: History): readonly number[] {
  return Array.from({ length: history.sites }, (_, site) => site);
}

async function compareWorlds(worlds: readonly World[], sites: readonly number[], shape: Shape) {
  for (const site of sites) {
    const states: { name: string; state: SiteState }[] = [];
    for (const world of worlds) states.push({ name: world.name, state: await world.state(site) });
    const difference = compareStates(states, `site ${site} of "${shape.name}"`);
    if (difference) return difference;
  }
  return undefined;
}

async function compareSites(world: World, history: History): Promise<string | undefined> {
  const states: { name: string; state: SiteState }[] = [];
  for (const site of allSites(history)) {
    const { rows, facts } = await world.state(site);
    states.push({ name: `site ${site}`, state: { rows, facts: facts.filter(mustSpread) } });
  }
  return compareStates(states, `"${history.shape.name}"`);
}

/**
 * A sentinel with causal length 1 says no more than a cell does; a site that already has the row
 * takes it for known and does not store it. So it need not be everywhere.
 */
function mustSpread(fact: string): boolean {
  return !/^\w+ -1 v1 cl1 /.test(fact);
}

interface Seen {
  readonly name: string;
  readonly lines: readonly string[];
}

function compareStates(states: readonly { name: string; state: SiteState }[], where: string) {
  const rows = firstDifference(states.map((s) => ({ name: s.name, lines: s.state.rows })));
  if (rows) return `${where}, ${rows.replace('lines', 'rows')}`;
  const facts = firstDifference(states.map((s) => ({ name: s.name, lines: s.state.facts })));
  return facts && `${where}, ${facts.replace('lines', 'clocks')}`;
}

function firstDifference(seen: readonly Seen[]): string | undefined {
  const [first, ...others] = seen;
  for (const other of others) {
    const missing = first?.lines.filter((line) => !other.lines.includes(line)) ?? [];
    const surplus = other.lines.filter((line) => !first?.lines.includes(line));
    if (missing.length + surplus.length + count(first) - count(other) === 0) continue;
    const list = (lines: readonly string[]) => lines.map((line) => `\n    ${line}`).join('');
    return `lines differ:\n  only ${first?.name}:${list(missing)}\n  only ${other.name}:${list(surplus)}`;
  }
  return undefined;
}

function count(seen: Seen | undefined): number {
  return seen?.lines.length ?? 0;
}
