/** Some hostile inputs to one server, one after the other, and what must hold after each. */
import { setImmediate } from 'node:timers/promises';
import { eq, sql } from 'drizzle-orm';
import { type Change, CrrError } from '../../src/index.js';
import type { Site } from '../constraints/site.js';
import { hash, Random } from '../support/random.js';
import { type Arena, queriesOf, SERVER } from './arena.js';
import { Attacker } from './attacker.js';
import { hostileBatch } from './changes.js';
import { SCHEMAS, showsSecret } from './schema.js';
import { absurdValue } from './values.js';

export type Target = 'apply' | 'handler';

export interface Outcomes {
  inputs: number;
  accepted: number;
  /** How many inputs were refused with each code. */
  readonly refused: Map<string, number>;
  /** The longest time that an input took, in milliseconds of CPU. */
  longestMs: number;
}

export const noOutcomes = (): Outcomes => ({
  inputs: 0,
  accepted: 0,
  refused: new Map(),
  longestMs: 0,
});

/** A request of this size has no reason to take longer, on any machine. */
const MOST_CPU_MS = 10_000;

export class HostileFailure extends Error {
  override readonly name = 'HostileFailure';
}

/**
 * @param outcomes are added to.
 * @throws {HostileFailure} that names the seed and the input.
 */
export async function runEpisode(
  arena: Arena,
  { target, seed, inputs }: { target: Target; seed: number; inputs: number },
  outcomes: Outcomes,
): Promise<void> {
  const random = new Random(hash('hostile', target, seed));
  const site = arena.server();
  const send = target === 'apply' ? applying(arena, site, random) : requesting(arena, site, random);
  const before = await rowsOfAnn(site);
  let input = 0;
  try {
    for (; input < inputs; input++) {
      await observe(arena, send, outcomes);
      if (input % 16 === 0) await setImmediate();
    }
    await expectIntact(arena, site);
    if (target === 'handler') {
      expectThat((await rowsOfAnn(site)) === before, 'rows of somebody else have changed');
      for (const table of Object.values(SCHEMAS[arena.kind]))
        await queriesOf(site).select().from(table);
    }
  } catch (error) {
    const where = `--tables ${arena.kind} --target ${target} --seed ${seed} --inputs ${input + 1}`;
    throw new HostileFailure(`${where}: ${String(error)}`, { cause: error });
  }
}

/** @returns the code of a refusal, undefined if the input was accepted. */
type Send = () => Promise<string | undefined>;

async function observe(arena: Arena, send: Send, outcomes: Outcomes): Promise<void> {
  const before = arena.database.bytes();
  const start = process.cpuUsage();
  const code = await send();
  const { user, system } = process.cpuUsage(start);
  const tookMs = (user + system) / 1_000;
  outcomes.inputs++;
  outcomes.longestMs = Math.max(outcomes.longestMs, tookMs);
  expectThat(tookMs < MOST_CPU_MS, `it took ${tookMs} ms`);
  if (code === undefined) {
    outcomes.accepted++;
    return;
  }
  outcomes.refused.set(code, (outcomes.refused.get(code) ?? 0) + 1);
  expectThat(arena.database.bytes().equals(before), `refused with ${code}, and changed`);
}

function applying(arena: Arena, { db }: Site, random: Random): Send {
  const ownSite = random.bytes(16);
  const parts = {
    honest: arena.honest,
    sites: [ownSite, ownSite, Uint8Array.from(Buffer.from(SERVER, 'hex'))],
    ownSite,
    absurd: true,
  };
  return async () => {
    const batch = random.chance(0.02) ? absurdValue(random) : hostileBatch(random, parts);
    const onUnknown = random.chance(0.2) ? 'error' : 'pending';
    try {
      await db.$crr.apply(batch as Change[], { onUnknown });
      return undefined;
    } catch (error) {
      return codeOf(error);
    }
  };
}

function requesting(arena: Arena, { db }: Site, random: Random): Send {
  const attacker = new Attacker(db, arena.honest, random);
  return () => attacker.attack();
}

/** Requires an error to be one of this package, without values of rows. */
export function codeOf(error: unknown): string {
  if (!(error instanceof CrrError)) throw error;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    expectThat(!showsSecret(`${cause.message}\n${cause.stack}`), `an error shows a value`);
  }
  return error.code;
}

export function expectThat(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}

const { things, notes } = SCHEMAS.simple;

const rowsOfAnn = async (site: Site) => {
  const db = queriesOf(site);
  return JSON.stringify([
    await db.select().from(things).where(eq(things.owner, 'ann')),
    await db.select().from(notes).where(eq(notes.owner, 'ann')),
    await db.all(sql`SELECT * FROM plain`),
  ]);
};

/** The bookkeeping agrees with the rows, and another database can take everything. */
async function expectIntact({ peer }: Arena, site: Site): Promise<void> {
  const { db } = site;
  await db.$crr.apply([]);
  const other = peer.site().db;
  await other.$crr.apply(await db.$crr.changes());
  for (const { $crr } of [db, other]) {
    const { findings } = await $crr.verify();
    const found = findings.map((finding) => JSON.stringify(finding, bigints)).slice(0, 5);
    expectThat(findings.length === 0, `verify() finds ${found.join('\n')}`);
  }
  const integrity = JSON.stringify(await queriesOf(site).all(sql`PRAGMA integrity_check`));
  expectThat(/"ok"/.test(integrity), integrity);
}

const bigints = (_: string, value: unknown) => (typeof value === 'bigint' ? `${value}` : value);
