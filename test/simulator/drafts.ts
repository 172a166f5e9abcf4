/** Drafts of a site: nothing of them shows before they are merged, and what is taken stands. */
import { sql } from 'drizzle-orm';
import { internalsOf } from '../../src/drizzle/internals.js';
import type { Engine } from '../../src/engines/engine.js';
import { CrrDraftError, type Draft, type DraftItem } from '../../src/index.js';
import { PIN_SQL, UNPIN_SQL } from '../../src/tables/state/table.js';
import type { Random } from '../support/random.js';
import { differences } from './facts.js';
import type { Station } from './station.js';
import { expectNothing, type World } from './world.js';
import { randomWrite } from './writes.js';

/** Goes on with a draft of the site, or begins one. @returns what it has done. */
export async function workOnDraft(
  world: World,
  station: Station,
  random: Random,
): Promise<string | undefined> {
  // Of a process whose schema is older than its database.
  if (station.isMigrated && !isUpToDate(station)) return undefined;
  const draft = await station.site.db.$crr.draft(random.pick(['spring', 'autumn']));
  const kind = random.int(10);
  if (kind === 0) {
    await draft.drop();
    return `drops its draft ${draft.name}`;
  }
  if (kind < 6) return write(world, station, draft, random);
  return merge(world, station, draft, random);
}

const isUpToDate = ({ site }: Station) =>
  site.specs.some(({ cellColumns }) => cellColumns.some(({ name }) => name === 'likes'));

async function write(world: World, station: Station, draft: Draft, random: Random) {
  const { schema } = world.plan;
  const before = await world.look(station);
  const statements = Array.from({ length: 1 + random.int(3) }, (_, i) =>
    randomWrite(random, i, { schema, isMigrated: station.isMigrated }),
  )
    .flat()
    .filter((text) => text !== PIN_SQL && text !== UNPIN_SQL)
    // Pairs are taken as a whole, and texts as they are typed.
    .filter((text) => !/\b(pairs|notes)\b/.test(text));
  const isDone = await inTransaction(station, draft, statements);
  const found = differences(before, await world.look(station), true);
  expectNothing(`a draft of ${station.name} has changed its tables`, found);
  return `${isDone ? 'writes' : 'may not write'} in its draft ${draft.name}: ${statements.join('; ')}`;
}

/** @returns false if a constraint refused it. */
async function inTransaction(
  { site: { db } }: Station,
  draft: Draft,
  statements: readonly string[],
): Promise<boolean> {
  try {
    if ((internalsOf(db.$crr).connection as Engine).kind === 'sync') {
      await draft.transaction((tx: { run(query: unknown): unknown }) => {
        for (const text of statements) tx.run(sql.raw(text));
      });
    } else {
      await draft.transaction(async (tx: { run(query: unknown): Promise<unknown> }) => {
        for (const text of statements) await tx.run(sql.raw(text));
      });
    }
    return true;
  } catch (error) {
    if (!/constraint failed|is grow-only/i.test(causesOf(error))) throw error;
    return false;
  }
}

const causesOf = (error: unknown): string =>
  error instanceof Error ? `${error.message} ${causesOf(error.cause)}` : '';

async function merge(world: World, station: Station, draft: Draft, random: Random) {
  const review = await draft.review();
  const fine = review.items.filter(({ breaks }) => breaks === undefined);
  const take = random.chance(0.5) ? fine : fine.filter(() => random.chance(0.5));
  const before = await world.look(station);
  let taken: readonly DraftItem[] = [];
  await world.counted(station, async () => {
    try {
      ({ taken } = await draft.merge({ review, take }));
    } catch (error) {
      // Items that are fine together may break something when only some of them are taken.
      if (!(error instanceof CrrDraftError) || error.code !== 'CRR_DRAFT_BROKEN') throw error;
      expectNothing(
        `a draft that ${station.name} could not merge has left something`,
        differences(before, await world.look(station), true),
      );
    }
  });
  expectNothing(
    `what ${station.name} has taken of a draft does not stand`,
    await fallen(station, taken),
  );
  return `takes ${taken.length} of ${review.items.length} items of its draft ${draft.name}`;
}

/** Columns that nothing but writes decides: no constraint, no sum, no order. */
const PLAIN = ['owner', 'title'];

async function fallen({ site }: Station, taken: readonly DraftItem[]): Promise<string[]> {
  const rows = (await site.shown()).get('things')!;
  return taken
    .filter(({ table, column }) => table === 'things' && PLAIN.includes(column ?? ''))
    .flatMap(({ key, column, theirs }) => {
      const row = rows.find(({ id }) => id === key.id);
      if (row === undefined || row[column!] === (theirs ?? null)) return [];
      return [`${String(key.id)}.${column} = ${String(theirs)}, and shows ${String(row[column!])}`];
    });
}
