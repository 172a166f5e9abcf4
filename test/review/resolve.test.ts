/** Conflicts that a function decides on one site. */
import { eq, sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import type { Conflict, ResolveConflict } from '../../src/index.js';
import { describeEachEngine } from '../support/engines.js';
import { numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { exchange } from '../support/site.js';
import { notes, openWorld, rowsOf, type World, writeSome } from './world.js';

const SEED = seedFromEnv();
const HISTORIES = numberFromEnv('CRR_HISTORIES', 3);

const concurrent = (conflicts: readonly Conflict<typeof notes>[]) =>
  conflicts.filter(({ reason }) => reason === 'concurrent');

/** Two sites that have written the same title. */
async function diverged(a: World, b: World): Promise<void> {
  await a.insert(notes).values({ id: 'n', title: 'one', size: 1 });
  await exchange(a, b);
  await a.update(notes).set({ title: 'by a' });
  await b.update(notes).set({ title: 'by b', size: 2 });
}

describeEachEngine('apply with resolve', (engine) => {
  test('writes what the function gives, with all heads as parents, so it ends the conflict everywhere', async () => {
    const a = await openWorld(await engine.open());
    const b = await openWorld();
    await diverged(a, b);
    const asked: unknown[] = [];
    const result = await a.$crr.apply(await b.$crr.changes(), {
      resolve: ({ table, key, base, ours, theirs, merged, conflicts }) => {
        asked.push({
          table,
          key,
          base,
          ours,
          theirs,
          merged,
          columns: conflicts!.map(({ column }) => column),
        });
        return { title: `${ours!.title} / ${theirs!.title}` };
      },
      note: { author: 'ann', message: 'both' },
    });
    expect(asked).toMatchObject([
      {
        ...{ table: 'notes', key: { id: 'n' }, columns: ['title'] },
        base: { id: 'n', title: 'one' },
        ours: { id: 'n', title: 'by a', size: 2 },
        theirs: { id: 'n', title: 'by b', size: 2 },
        merged: { id: 'n', title: 'by b', size: 2 },
      },
    ]);
    expect(result.resolved.map(({ key }) => key)).toEqual([{ id: 'n' }]);
    expect(result.unresolved).toEqual([]);
    expect(result.updated).toEqual([{ table: 'notes', key: { id: 'n' } }]);
    await exchange(a, b);
    for (const site of [a, b]) {
      expect(await site.select().from(notes)).toMatchObject([{ title: 'by a / by b', size: 2 }]);
      expect(concurrent(await site.$crr.conflicts(notes))).toEqual([]);
      const [last] = await site.$crr.history(notes, { id: 'n' });
      expect(last).toMatchObject({ author: 'ann', message: 'both', kind: 'update' });
      expect(last!.parents).toHaveLength(2);
    }
  });

  test('an answer that is shown already ends the conflict, too', async () => {
    const a = await openWorld(await engine.open());
    const b = await openWorld();
    await diverged(a, b);
    await a.$crr.apply(await b.$crr.changes(), {
      resolve: ({ merged }) => ({ title: merged!.title }),
    });
    expect(concurrent(await a.$crr.conflicts(notes))).toEqual([]);
    await b.$crr.apply(await a.$crr.changes());
    expect(concurrent(await b.$crr.conflicts(notes))).toEqual([]);
    expect(await b.select().from(notes)).toMatchObject([{ title: 'by b' }]);
  });

  test('undefined leaves the conflict as it is, and null deletes the row', async () => {
    const a = await openWorld(await engine.open());
    const b = await openWorld();
    await diverged(a, b);
    const changes = await b.$crr.changes();
    const left = await a.$crr.apply(changes, { resolve: () => undefined });
    expect([left.resolved, left.unresolved]).toEqual([[], []]);
    expect(concurrent(await a.$crr.conflicts(notes))).toHaveLength(1);
    // It is not new any more, so it is not asked about again.
    const again = await a.$crr.apply(changes, { resolve: () => null });
    expect(again.resolved).toEqual([]);
    const gone = await b.$crr.apply(await a.$crr.changes(), { resolve: async () => null });
    expect(gone.resolved).toHaveLength(1);
    await exchange(a, b);
    expect(await a.select().from(notes)).toEqual([]);
  });

  test('a row that one side has deleted comes back with what is given', async () => {
    const a = await openWorld(await engine.open());
    const b = await openWorld();
    await a.insert(notes).values({ id: 'n', title: 'one', size: 1 });
    await exchange(a, b);
    await a.update(notes).set({ title: 'kept' });
    await b.delete(notes);
    const { resolved } = await a.$crr.apply(await b.$crr.changes(), {
      resolve: ({ ours, theirs, merged }) => {
        expect([theirs, merged]).toEqual([undefined, undefined]);
        return ours;
      },
    });
    expect(resolved).toHaveLength(1);
    await exchange(a, b);
    for (const site of [a, b]) {
      expect(await site.select().from(notes)).toMatchObject([{ title: 'kept', size: 1 }]);
    }
  });

  test('a function that throws, or gives what the database rejects, stops no other row', async () => {
    const a = await openWorld(await engine.open());
    const b = await openWorld();
    await a.insert(notes).values(['m', 'n', 'o', 'p'].map((id) => ({ id, title: 'one' })));
    await a.run(sql`CREATE TRIGGER no_bad BEFORE UPDATE ON notes WHEN new.title = 'bad'
      BEGIN SELECT RAISE(ABORT, 'no such title, please'); END`);
    await exchange(a, b);
    await a.update(notes).set({ title: 'by a' });
    await b.update(notes).set({ title: 'by b' });
    const answers: Record<string, () => object> = {
      m: () => {
        throw new Error('cannot decide');
      },
      n: () => ({ title: 'bad' }),
      o: () => ({ tilte: 'misspelt' }),
      p: () => ({ title: 'good' }),
    };
    const { resolved, unresolved } = await a.$crr.apply(await b.$crr.changes(), {
      resolve: ({ key }) => answers[String(key.id)]!() as Record<string, unknown>,
    });
    expect(resolved.map(({ key }) => key.id)).toEqual(['p']);
    expect(unresolved.map(({ key, error }) => `${key.id}: ${(error as Error).message}`)).toEqual([
      'm: cannot decide',
      expect.stringContaining('n: '),
      expect.stringContaining('o: resolve: "notes" has no column "tilte"'),
    ]);
    expect(await a.select({ title: notes.title }).from(notes).where(eq(notes.id, 'p'))).toEqual([
      { title: 'good' },
    ]);
    expect(concurrent(await a.$crr.conflicts(notes))).toHaveLength(3);
    expect(await a.$crr.version()).toBe((await a.$crr.changes()).changes.at(-1)!.db_version);
  });

  test('somebody who writes while the function thinks is asked about, too', async () => {
    const a = await openWorld(await engine.open());
    const b = await openWorld();
    await diverged(a, b);
    let asked = 0;
    const { resolved } = await a.$crr.apply(await b.$crr.changes(), {
      resolve: async ({ merged }) => {
        if (asked++ === 0) await a.update(notes).set({ size: 99 });
        return { title: `${merged!.size}` };
      },
    });
    expect([asked, resolved.length]).toEqual([2, 1]);
    expect(await a.select().from(notes)).toMatchObject([{ title: '99', size: 99 }]);
  });
});

describe('random histories', () => {
  test.each(Array.from({ length: HISTORIES }, (_, i) => SEED + i))(
    'a server that decides leaves no conflict that it has seen, seed %i',
    async (seed) => {
      const random = new Random(seed);
      const [server, ...clients] = await Promise.all([openWorld(), openWorld(), openWorld()]);
      const resolve: ResolveConflict = ({ conflicts }) =>
        Object.fromEntries(
          conflicts!.map(({ column, heads }) => [
            column,
            heads.map(({ value }) => value).find((value) => value !== undefined) ?? null,
          ]),
        );
      for (let step = 0; step < 12; step++) {
        const client = random.pick(clients);
        await writeSome(client, random, 1 + random.int(4));
        if (random.chance(0.3)) await writeSome(server!, random, 1);
        const changes = await client.$crr.changes();
        const { unresolved } = await server!.$crr.apply(changes, { resolve });
        expect(unresolved).toEqual([]);
        const left = concurrent(await server!.$crr.conflicts(notes));
        expect(left).toEqual([]);
        if (random.chance(0.5)) await client.$crr.apply(await server!.$crr.changes());
      }
      for (let round = 0; round < 2; round++) {
        for (const client of clients) {
          await server!.$crr.apply(await client.$crr.changes(), { resolve });
          await client.$crr.apply(await server!.$crr.changes());
        }
      }
      for (const client of clients) {
        await client.$crr.apply(await server!.$crr.changes());
        expect(concurrent(await client.$crr.conflicts(notes))).toEqual([]);
        expect(await rowsOf(client)).toBe(await rowsOf(server!));
        expect((await client.$crr.verify()).findings).toEqual([]);
      }
    },
  );
});

test('an answer that a column with the greatest value does not take ends the conflict with what is shown', async () => {
  const [a, b] = [await openWorld(), await openWorld()];
  await a.insert(notes).values({ id: 'n', best: 1 });
  await exchange(a, b);
  await a.update(notes).set({ best: 5 });
  await b.update(notes).set({ best: 7 });
  await a.$crr.apply(await b.$crr.changes(), { resolve: ({ ours }) => ({ best: ours!.best }) });
  await exchange(a, b);
  for (const site of [a, b]) {
    expect(concurrent(await site.$crr.conflicts(notes))).toEqual([]);
    expect(await site.select({ best: notes.best }).from(notes)).toEqual([{ best: 7 }]);
  }
});
