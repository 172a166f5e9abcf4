/** Tables with history: their logs are pruned, and go on saying what is in conflict and what was. */
import { isDeepStrictEqual } from 'node:util';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { CrrUsageError } from '../../src/index.js';
import { bytesToHex } from '../../src/model/value.js';
import type { Random } from '../support/random.js';
import { LATER_SCHEMAS, SCHEMAS } from './schema.js';
import type { Station } from './station.js';
import { expectNothing, type World } from './world.js';

/** Removes old events that every known peer has. @returns what it has done; undefined if no table has a log. */
export async function prune(
  world: World,
  station: Station,
  random: Random,
): Promise<string | undefined> {
  if (world.plan.schema !== 'logged') return undefined;
  const before = await world.look(station);
  const keep = random.int(3);
  try {
    const { pruned } = await station.site.db.$crr.prune({ keep });
    const after = await station.facts();
    for (const event of before.events.keys()) if (!after.events.has(event)) world.pruned.add(event);
    await world.look(station);
    return `prunes ${pruned} events, and keeps ${keep} of each row`;
  } catch (error) {
    if (error instanceof CrrUsageError && /knows no peer/.test(error.message)) return undefined;
    throw error;
  }
}

const thingsOf = (station: Station) => (station.isMigrated ? LATER_SCHEMAS : SCHEMAS).logged.things;

/** Columns that a migration has added. */
const LATER = ['note', 'likes'];

/**
 * Both list the same conflicts, whoever has pruned what.
 *
 * @param isCut whether rows travel in parts: see docs/history.md about columns that are younger than events.
 */
export async function expectSameConflicts(a: Station, b: Station, isCut: boolean): Promise<void> {
  const except = isCut ? LATER : [];
  const [mine, theirs] = [await conflictsOf(a, except), await conflictsOf(b, except)];
  const only = (some: ReadonlySet<string>, others: ReadonlySet<string>, { name }: Station) =>
    [...some].filter((one) => !others.has(one)).map((one) => `${name}: ${one}`);
  expectNothing(`${a.name} and ${b.name} list other conflicts`, [
    ...only(mine, theirs, a),
    ...only(theirs, mine, b),
  ]);
}

async function conflictsOf(station: Station, except: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (const conflict of await station.site.db.$crr.conflicts(thingsOf(station))) {
    if (conflict.reason !== 'concurrent' || except.includes(conflict.column)) continue;
    const heads = conflict.heads.map(
      // Nobody's event has a name of its own at each site.
      ({ event, value, siteId }) =>
        `${event.replace(/^local:.*/, 'import')} ${String(value)} by ${bytesToHex(siteId)}`,
    );
    found.add(`${String(conflict.key.id)}.${conflict.column}: ${heads.sort().join(', ')}`);
  }
  return found;
}

/** Columns that the table shows as they are merged. */
const PLAIN = ['id', 'owner', 'title', 'mood', 'votes', 'high', 'low'] as const;

/** The table as of now, which is read from the log, is the table. */
export async function expectLogged(station: Station): Promise<void> {
  const { db } = station.site;
  const things = thingsOf(station);
  const past = db.$crr.asOf(things, { version: await db.$crr.version() });
  const read = db as unknown as BetterSQLite3Database;
  const plain = (rows: readonly Readonly<Record<string, unknown>>[]) =>
    new Map(rows.map((row) => [String(row.id), PLAIN.map((name) => row[name])]));
  const [then, now] = [
    plain(await read.select().from(past)),
    plain(await read.select().from(things)),
  ];
  const parked = new Set(
    (await db.$crr.conflicts(things)).flatMap((conflict) =>
      'shows' in conflict && conflict.shows === undefined ? [String(conflict.key.id)] : [],
    ),
  );
  const found = [...new Set([...then.keys(), ...now.keys()])]
    .filter((id) => !parked.has(id) && !isDeepStrictEqual(then.get(id), now.get(id)))
    .map((id) => `${id}: ${JSON.stringify(then.get(id))}, and is ${JSON.stringify(now.get(id))}`);
  expectNothing(`${station.name} reads something else from its log than is there`, found);
}
