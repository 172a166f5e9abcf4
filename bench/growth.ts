/** The cost of a row in a large table, compared to a small one. Keys are ordered by time. */
import assert from 'node:assert/strict';
import type { Site, Workbench } from './database.js';
import type { Figures } from './figures.js';
import { type Contender, compare, median, perItem, ratio } from './measure.js';
import type { Row, Shape } from './shapes.js';
import { insertBulk } from './statements.js';

export interface GrowthEffort {
  readonly small: number;
  readonly large: number;
  readonly rounds: number;
}

export async function measureGrowth(
  bench: Workbench,
  shape: Shape,
  { small, large, rounds }: GrowthEffort,
  figures: Figures,
): Promise<void> {
  const step = small;
  // Each round adds new rows to the same large file, because copying it would take longer.
  const sites = { small: await grow(bench, shape, small), large: await grow(bench, shape, large) };
  const next = { small, large };
  const newRows = (which: 'small' | 'large', count: number) => {
    const from = next[which];
    next[which] += count;
    return shape.rows(from, from + count);
  };

  // The small file is a new copy in each round, or it would not stay small.
  const smallTemplate = await bench.filled('crr', shape, shape.rows(0, small));
  const contender =
    (
      which: 'small' | 'large',
      prepare: (rows: Row[]) => Promise<(site: Site) => Promise<unknown>>,
    ): Contender =>
    async () => {
      const rows = which === 'small' ? shape.rows(small, small + step) : newRows('large', step);
      const timed = await prepare(rows);
      const site = which === 'small' ? await bench.copy(smallTemplate, shape) : sites.large;
      // The first statement on the large file reads pages that the copied file already has in memory.
      await site.crr.version();
      return {
        timed: () => timed(site),
        close: async () => {
          if (which === 'small') return site.close();
          await site.client.execute('PRAGMA wal_checkpoint(TRUNCATE)');
        },
      };
    };
  const both = (prepare: Parameters<typeof contender>[1]) =>
    compare({ small: contender('small', prepare), large: contender('large', prepare) }, rounds);

  const inserts = await both(async (rows) => (site) => insertBulk(site.client, shape, rows, 'crr'));
  const emptySource = await bench.template('crr', shape);
  const applies = await both(async (rows) => {
    const source = await bench.copy(emptySource, shape);
    await insertBulk(source.client, shape, rows, 'crr');
    const { changes } = await source.crr.changes();
    await source.close();
    return (site) => site.crr.apply(changes);
  });
  const insertX = ratio(inserts, 'large', 'small');
  const applyX = ratio(applies, 'large', 'small');
  const us = (times: readonly number[]) => perItem(times, step).toFixed(1);
  figures.set('growth', Math.max(insertX, applyX), `${large} rows / ${small} rows`);
  figures.set('growth_insert', insertX, `${us(inserts.large)} / ${us(inserts.small)} us per row`);
  figures.set('growth_apply', applyX, `${us(applies.large)} / ${us(applies.small)} us per row`);

  // Ten new rows, read by a peer that has all the others.
  const READS = 20;
  const reader = async (site: Site, rows: Row[]): Promise<Contender> => {
    const since = await site.crr.version();
    await insertBulk(site.client, shape, rows, 'crr');
    return () => ({
      async timed() {
        let found = 0;
        for (let i = 0; i < READS; i++) found += (await site.crr.changes({ since })).changes.length;
        return found;
      },
      check: (found) => assert.equal(found, READS * 10 * shape.columns.length),
    });
  };
  const reads = await compare(
    {
      small: await reader(sites.small, newRows('small', 10)),
      large: await reader(sites.large, newRows('large', 10)),
    },
    rounds * 5,
  );
  const us10 = (times: readonly number[]) => ((median(times) * 1_000) / READS).toFixed(0);
  figures.set(
    'growth_read_10',
    ratio(reads, 'large', 'small'),
    `10 new rows: ${us10(reads.large)} / ${us10(reads.small)} us`,
  );
  await sites.small.close();
  await sites.large.close();
}

async function grow(bench: Workbench, shape: Shape, count: number): Promise<Site> {
  const STEP = 50_000;
  const template = await bench.template('crr', shape, async ({ client }) => {
    for (let from = 0; from < count; from += STEP) {
      await insertBulk(client, shape, shape.rows(from, Math.min(from + STEP, count)), 'crr');
    }
  });
  return bench.copy(template, shape);
}
