/** What deletes leave behind: files and first syncs of a table in which many rows were inserted and deleted. */
import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import type { Site, Workbench } from './database.js';
import type { Figures } from './figures.js';
import { type Contender, compare, median, ratio } from './measure.js';
import { type Shape, TABLE } from './shapes.js';
import { insertBulk } from './statements.js';

export interface CompactionEffort {
  /** Rows that the table has at any time. */
  readonly rows: number;
  /** Rows that are inserted and deleted. */
  readonly churned: number;
  /** After how many deletes a database compacts that does so at intervals. */
  readonly interval: number;
  readonly rounds: number;
}

export async function measureCompaction(
  bench: Workbench,
  shape: Shape,
  effort: CompactionEffort,
  figures: Figures,
): Promise<void> {
  const { rows, churned, interval, rounds } = effort;
  const last = shape.rows(churned, churned + rows);
  const churn = async (site: Site, betweenSteps?: (deleted: number) => Promise<unknown>) => {
    for (let from = 0; from < churned; from += rows) {
      await insertBulk(site.client, shape, shape.rows(from, from + rows), 'crr');
      await site.client.execute(`DELETE FROM ${TABLE}`);
      await betweenSteps?.(from + rows);
    }
    await insertBulk(site.client, shape, last, 'crr');
  };
  const compact = async ({ crr }: Site) => crr.compact({ upTo: await crr.version() });

  const fresh = await bench.filled('crr', shape, last);
  const never = await bench.template('crr', shape, churn);
  const intervals = await bench.template('crr', shape, (site) =>
    churn(site, async (deleted) => deleted % interval === 0 && compact(site)),
  );
  const site = await bench.copy(never, shape);
  const start = performance.now();
  assert.equal((await compact(site)).tombstones, churned);
  const elapsed = performance.now() - start;
  figures.set(
    'compact_us',
    (elapsed * 1_000) / churned,
    `${churned} tombstones in ${(elapsed / 1_000).toFixed(1)} s`,
  );
  await site.client.execute('VACUUM');
  await site.client.execute('PRAGMA wal_checkpoint(TRUNCATE)');

  const kilobytes = async (path: string) => (await stat(path)).size / 1_000;
  const needed = await kilobytes(fresh);
  for (const [name, path] of [
    ['compact_size_x', site.path],
    ['compact_size_intervals_x', intervals],
    ['compact_size_never_x', never],
  ] as const) {
    const size = await kilobytes(path);
    figures.set(name, size / needed, `${size.toFixed(0)} / ${needed.toFixed(0)} kB`);
  }

  // Everything that a new client gets, merged by it.
  const empty = await bench.template('crr', shape);
  const firstSync =
    (path: string): Contender =>
    async () => {
      const [source, target] = [await bench.copy(path, shape), await bench.copy(empty, shape)];
      return {
        async timed() {
          for await (const { changes } of source.crr.changes({ limit: 20_000 })) {
            await target.crr.apply(changes);
          }
        },
        async close() {
          const { rows: found } = await target.client.execute(`SELECT count(*) FROM ${TABLE}`);
          assert.equal(Number(found[0]![0]), rows);
          await source.close();
          await target.close();
        },
      };
    };
  // Ten new rows, written, read and merged by a client that has all the others.
  const nextSync =
    (path: string): Contender =>
    async () => {
      const [source, target] = [await bench.copy(path, shape), await bench.copy(path, shape)];
      // Not to be the site that wrote what it gets.
      await target.crr.rotateSiteId();
      const since = await source.crr.version();
      const news = shape.rows(churned + rows, churned + rows + 10);
      return {
        async timed() {
          await insertBulk(source.client, shape, news, 'crr');
          await target.crr.apply((await source.crr.changes({ since })).changes);
        },
        async close() {
          await source.close();
          await target.close();
        },
      };
    };
  for (const [name, contender] of [
    ['first', firstSync],
    ['next', nextSync],
  ] as const) {
    const times = await compare(
      { fresh: contender(fresh), compacted: contender(site.path) },
      name === 'first' ? rounds : rounds * 3,
    );
    const ms = (which: 'fresh' | 'compacted') => median(times[which]).toFixed(1);
    figures.set(
      `compact_${name}_sync_x`,
      ratio(times, 'compacted', 'fresh'),
      `${ms('compacted')} / ${ms('fresh')} ms`,
    );
    if (name === 'first') {
      const run = await firstSync(never)(0);
      const before = performance.now();
      await run.timed();
      const took = performance.now() - before;
      await run.close!();
      figures.set(
        'compact_first_sync_never_x',
        took / median(times.fresh),
        `${took.toFixed(0)} / ${ms('fresh')} ms`,
      );
    }
  }
  await site.close();
}
