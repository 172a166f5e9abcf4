/** A row in conflict as each site has left it. */
import { describe, expect, test } from 'vitest';
import { describeEachEngine } from '../support/engines.js';
import { numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { exchange } from '../support/site.js';
import { notes, openWorld, spans, type World, writeSome } from './world.js';

const HISTORIES = numberFromEnv('CRR_HISTORIES', 3);
const SEED = seedFromEnv();

const concurrent = async (db: World) =>
  (await db.$crr.conflicts(notes)).filter(({ reason }) => reason === 'concurrent');

describeEachEngine('forks', (engine) => {
  test('a row is there as each site has left it, until somebody chooses', async () => {
    const [a, b, c] = [await openWorld(await engine.open()), await openWorld(), await openWorld()];
    await a.insert(notes).values({ id: 'n', title: 'one', size: 1, seen: 'all' });
    await exchange(a, b);
    await exchange(a, c);
    await a.$crr.transaction({ author: 'ann' }, (tx) =>
      tx.update(notes).set({ title: 'by a', size: 10 }),
    );
    await b.$crr.transaction({ author: 'bob', message: 'why' }, (tx) =>
      tx.update(notes).set({ title: 'by b' }),
    );
    await c.$crr.transaction({ author: 'cid' }, (tx) => tx.delete(notes));
    expect(await a.$crr.forks(notes, { id: 'n' })).toEqual([]);
    await exchange(a, b);
    const two = await a.$crr.forks(notes, { id: 'n' });
    const told = (forks: typeof two) =>
      forks
        .map(({ author, row, columns }) => [
          author,
          row?.title,
          row?.size,
          row?.seen,
          columns.join(),
        ])
        .sort();
    // Only the title is in conflict: what bob has not written is as ann has.
    expect(told(two)).toEqual([
      ['ann', 'by a', 10, 'all', 'title'],
      ['bob', 'by b', 10, 'all', 'title'],
    ]);
    await exchange(a, c);
    await exchange(b, c);
    await exchange(a, b);
    for (const site of [a, b, c]) {
      const three = await site.$crr.forks(notes, { id: 'n' });
      expect(told(three)).toEqual([
        ['ann', 'by a', 10, 'all', 'title,size'],
        // He had the size that was there before.
        ['bob', 'by b', 1, 'all', 'title'],
        ['cid', undefined, undefined, undefined, 'title,size'],
      ]);
      const bob = three.find(({ author }) => author === 'bob')!;
      expect(bob).toMatchObject({ table: 'notes', key: { id: 'n' }, message: 'why' });
      expect(bob.siteId).toEqual(await b.$crr.siteId());
      expect(bob.events).toHaveLength(1);
    }
    const forks = await c.$crr.forks(notes, { id: 'n' });
    await forks.find(({ author }) => author === 'ann')!.choose({ author: 'cid', message: 'fine' });
    await exchange(a, c);
    await exchange(a, b);
    for (const site of [a, b, c]) {
      expect(await site.select().from(notes)).toMatchObject([{ title: 'by a', size: 10 }]);
      expect(await site.$crr.forks(notes, { id: 'n' })).toEqual([]);
      expect(await concurrent(site)).toEqual([]);
      const [last] = await site.$crr.history(notes, { id: 'n' });
      expect(last).toMatchObject({ author: 'cid', message: 'fine' });
    }
  });

  test('a side that deleted the row deletes it again', async () => {
    const [a, b] = [await openWorld(await engine.open()), await openWorld()];
    await a.insert(notes).values({ id: 'n', title: 'one' });
    await exchange(a, b);
    await a.update(notes).set({ title: 'two' });
    await b.delete(notes);
    await exchange(a, b);
    const forks = await a.$crr.forks(notes, { id: 'n' });
    await forks.find(({ row }) => row !== undefined)!.choose();
    await exchange(a, b);
    expect(await b.select().from(notes)).toMatchObject([{ title: 'two' }]);
    expect(await a.$crr.forks(notes, { id: 'gone' })).toEqual([]);
    // A delete of a row that is deleted already ends its conflict, too.
    await a.update(notes).set({ title: 'three' });
    await b.delete(notes);
    await exchange(a, b);
    expect(await b.$crr.conflicts(notes)).toHaveLength(1);
    const [conflict] = await concurrent(b);
    if (conflict?.reason !== 'concurrent') throw new Error('a conflict is expected');
    await conflict.choose(conflict.heads.find(({ value }) => value === undefined)!);
    await exchange(a, b);
    for (const site of [a, b]) {
      expect(await site.$crr.conflicts(notes)).toEqual([]);
      expect(await site.select().from(notes)).toEqual([]);
    }
    await expect(a.$crr.forks(spans, { id: 's' })).rejects.toThrow('has no history');
    await expect(a.$crr.forks(notes, {})).rejects.toMatchObject({ code: 'CRR_USAGE_OPTION' });
  });
});

describe('random histories', () => {
  test.each(Array.from({ length: HISTORIES }, (_, i) => SEED + i))(
    'forks are those of the conflicts, at every site alike, and choosing ends them, seed %i',
    async (seed) => {
      const random = new Random(seed);
      const sites = await Promise.all([openWorld(), openWorld(), openWorld()]);
      for (let step = 0; step < 12; step++) {
        await writeSome(random.pick(sites), random, 3);
        const [from, to] = random.shuffle(sites);
        if (random.chance(0.4)) await to!.$crr.apply(await from!.$crr.changes());
      }
      const meet = async () => {
        for (let round = 0; round < 2; round++) {
          await exchange(sites[0]!, sites[1]!);
          await exchange(sites[1]!, sites[2]!);
        }
        await exchange(sites[0]!, sites[1]!);
      };
      await meet();
      const told = await Promise.all(
        sites.map(async (db) => {
          const lines: string[] = [];
          for (const id of ['a', 'b', 'c']) {
            const conflicts = (await concurrent(db)).filter(({ key }) => key.id === id);
            const forks = await db.$crr.forks(notes, { id });
            // Each head of a cell is a value of the row of its site.
            const heads = conflicts.flatMap((conflict) =>
              conflict.reason === 'concurrent'
                ? conflict.heads.map(({ event }) => `${conflict.column} ${event}`)
                : [],
            );
            expect(forks.length > 0).toBe(heads.length > 0);
            const events = new Set(forks.flatMap((fork) => fork.events));
            for (const head of heads) expect(events).toContain(head.split(' ')[1]);
            lines.push(
              ...forks.map(({ row, columns, siteId, events: names }) =>
                JSON.stringify([id, row ?? null, columns, [...siteId], names]),
              ),
            );
          }
          return lines.sort();
        }),
      );
      expect(told[1]).toEqual(told[0]);
      expect(told[2]).toEqual(told[0]);
      for (const id of ['a', 'b', 'c']) {
        const forks = await sites[0]!.$crr.forks(notes, { id });
        if (forks.length > 0) await random.pick(forks).choose();
      }
      expect(await concurrent(sites[0]!)).toEqual([]);
      await meet();
      for (const db of sites) {
        expect(await concurrent(db)).toEqual([]);
        expect((await db.$crr.verify()).findings).toEqual([]);
      }
    },
  );
});
