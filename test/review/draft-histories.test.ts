/** Random drafts: what is taken is what the same writes would have made, and nothing of a draft is seen before. */
import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import type { CrrDraftError, Draft, DraftItem, DraftReview } from '../../src/index.js';
import { numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { exchange } from '../support/site.js';
import { openWorld, rowsOf, schema, type World, writeSome } from './world.js';

const SEED = seedFromEnv();
const HISTORIES = numberFromEnv('CRR_HISTORIES', 3);
const seeds = Array.from({ length: HISTORIES }, (_, i) => SEED + i);

describe('a draft that is merged', () => {
  test.each(seeds)('is the same writes, if nobody else writes, seed %i', async (seed) => {
    const random = new Random(seed);
    const [db, twin] = [await openWorld(), await openWorld()];
    await writeSome(db, random, 8);
    await twin.$crr.apply(await db.$crr.changes());
    const draft = await db.$crr.draft('d');
    const [rows, feed] = [await rowsOf(db), await db.$crr.changes()];
    for (let n = 0; n < 4; n++) {
      const next = random.int(2 ** 31);
      const count = 1 + random.int(4);
      await twin.transaction((tx) => writeSome(tx as never, new Random(next), count));
      const seen = await draft.transaction(async (tx) => {
        await writeSome(tx as never, new Random(next), count);
        return rowsOf(tx as never);
      });
      expect(seen).toBe(await rowsOf(twin));
      expect(await draft.transaction((tx) => rowsOf(tx as never))).toBe(seen);
      expect(await rowsOf(db)).toBe(rows);
      expect(await db.$crr.changes()).toEqual(feed);
    }
    const review = await draft.review();
    expect(review.items.filter(({ breaks, isMoved }) => breaks !== undefined || isMoved)).toEqual(
      [],
    );
    await draft.merge({ review });
    expect(await rowsOf(db)).toBe(await rowsOf(twin));
    expect(await draft.diff()).toEqual([]);
    expect((await db.$crr.verify()).findings).toEqual([]);
  });

  test.each(seeds)('stands as it was reviewed, whoever else writes, seed %i', async (seed) => {
    const random = new Random(seed + 1_000_000);
    const [db, other] = [await openWorld(), await openWorld()];
    const drafts = [await db.$crr.draft('1'), await db.$crr.draft('2')];
    for (let step = 0; step < 14; step++) {
      const draft = random.pick(drafts);
      switch (random.int(5)) {
        case 0:
          await writeSome(db, random, 2);
          break;
        case 1:
          await writeSome(other, random, 2);
          break;
        case 2:
          await exchange(db, other);
          break;
        case 3: {
          const before = await rowsOf(db);
          await draft.transaction((tx) => writeSome(tx as never, random, 3));
          expect(await rowsOf(db)).toBe(before);
          break;
        }
        default: {
          const review = await draft.review();
          const take = review.items.filter(
            ({ breaks }) => breaks === undefined && random.chance(0.7),
          );
          if (random.chance(0.3)) await writeSome(db, random, 1);
          await merged(db, draft, review, take);
        }
      }
    }
    for (const draft of drafts) {
      const review = await draft.review();
      const take = review.items.filter(({ breaks }) => breaks === undefined);
      expect(await merged(db, draft, review, take)).not.toBe('CRR_DRAFT_MOVED');
    }
    await exchange(db, other);
    await exchange(db, other);
    expect(await rowsOf(other)).toBe(await rowsOf(db));
    for (const site of [db, other]) expect((await site.$crr.verify()).findings).toEqual([]);
  });
});

/** Merges, and looks at what stands then. @returns the code with which it was refused. */
async function merged(
  db: World,
  draft: Draft,
  review: DraftReview,
  take: readonly DraftItem[],
): Promise<string | undefined> {
  const before = await rowsOf(db);
  try {
    await draft.merge({ review, take });
  } catch (error) {
    // Some of what was left may be what the rest needs.
    expect(error).toMatchObject({ code: expect.stringMatching(/^CRR_DRAFT_(MOVED|BROKEN)$/) });
    expect(await rowsOf(db)).toBe(before);
    return (error as CrrDraftError).code;
  }
  const left = new Set((await draft.diff()).map(({ id }) => id));
  for (const { id, table: name, key, column, theirs } of take) {
    expect(left).not.toContain(id);
    // Deleting a team deletes its users, whatever else was taken.
    if (name !== 'notes' && name !== 'spans') continue;
    const table = schema[name];
    const [row] = await db
      .select()
      .from(table)
      .where(eq(table.id, String(key.id)));
    // Counters add up, and a column with the greatest value keeps it.
    if (column === 'votes' || column === 'best') continue;
    if (column !== undefined) expect(row).toMatchObject({ [column]: theirs });
    else if (theirs === undefined) expect(row).toBeUndefined();
    else {
      const { votes: _, best: __, ...cells } = theirs as Record<string, unknown>;
      expect(row).toMatchObject(cells);
    }
  }
  return undefined;
}
