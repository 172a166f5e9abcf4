/**
 * Live sync for a long time: one server and many clients in one process, on files, which write, delete and write again, and go away
 * at times. Memory and files must not grow, and in the end all have the same rows.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { counter, crrTable, increment, mvr } from '../src/index.js';
import { createSync, createSyncHandler } from '../src/sync/index.js';
import { openClient } from '../test/support/client.js';
import { Random } from '../test/support/random.js';
import { openSite } from '../test/support/site.js';

export interface LiveSoakOptions {
  readonly minutes: number;
  readonly clients: number;
  readonly seed: number;
}

const items = crrTable('items', {
  id: text('id').primaryKey().notNull(),
  title: text('title'),
  votes: counter('votes'),
  tag: mvr(text('tag')),
  size: integer('size'),
});
const schema = { items };

const KEYS = 300;
const TITLE_CHARACTERS = 200;
const WRITE_EVERY_MS = 1_000;
const SAMPLE_EVERY_MS = 10_000;
const COMPACT_EVERY_MS = 60_000;
/** Of the last third of the samples, against the third before it. The first one is for caches to fill. */
const MOST_GROWTH = 1.1;
const MIB = 2 ** 20;

interface Sample {
  readonly minute: number;
  readonly rss: number;
  readonly heap: number;
  readonly files: number;
}

/** @returns whether everything stayed flat and converged. */
export async function soakLive({ minutes, clients, seed }: LiveSoakOptions): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'drizzle-crr-soak-'));
  const random = new Random(seed);
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  const open = (name: string) => openSite(schema, openClient({ url: `file:${folder}/${name}.db` }));
  const server = await open('server');
  const handler = createSyncHandler({ db: server, authorize: () => ({ id: 'soak' }), onError });
  const sites = await Promise.all(
    Array.from({ length: clients }, async (_, i) => {
      const db = await open(`client-${i}`);
      return { db, sync: createSync({ db, fetch: handler, onError }) };
    }),
  );
  const end = Date.now() + minutes * 60_000;
  const isOver = () => Date.now() >= end;
  const samples: Sample[] = [];
  let writes = 0;

  const write = async ({ db, sync }: (typeof sites)[number]): Promise<void> => {
    sync.start();
    while (!isOver()) {
      await sleep(WRITE_EVERY_MS * (0.5 + random.int(100) / 100));
      const id = `k${random.int(KEYS)}`;
      const title = String(random.int(10)).repeat(TITLE_CHARACTERS);
      const isRow = sql`${items.id} = ${id}`;
      const kind = random.int(10);
      if (kind < 4) await db.insert(items).values({ id, title }).onConflictDoNothing();
      else if (kind < 6)
        await db
          .update(items)
          .set({ title, tag: title.slice(0, 9) })
          .where(isRow);
      else if (kind < 8)
        await db
          .update(items)
          .set({ votes: increment(items.votes) })
          .where(isRow);
      else await db.delete(items).where(isRow);
      writes++;
      if (!random.chance(0.01)) continue;
      await sync.stop();
      await sleep(5 * WRITE_EVERY_MS);
      sync.start();
    }
    await sync.stop();
  };
  const measure = async (): Promise<void> => {
    const start = Date.now();
    while (!isOver()) {
      await sleep(SAMPLE_EVERY_MS);
      globalThis.gc?.();
      const { rss, heapUsed } = process.memoryUsage();
      const minute = (Date.now() - start) / 60_000;
      samples.push({ minute, rss, heap: heapUsed, files: bytesIn(folder) });
    }
  };
  const compact = async (): Promise<void> => {
    while (!isOver()) {
      await sleep(Math.min(COMPACT_EVERY_MS, Math.max(0, end - Date.now())));
      for (const { $crr } of [server, ...sites.map(({ db }) => db)]) await $crr.compact();
    }
  };
  try {
    await Promise.all([...sites.map(write), measure(), compact()]);
    for (let round = 0; round < 2; round++) for (const { sync } of sites) await sync.sync();
    const rows = async (db: typeof server) =>
      JSON.stringify(await db.select().from(items).orderBy(items.id));
    const expected = await rows(server);
    const others = await Promise.all(sites.map(({ db }) => rows(db)));
    const differing = others.filter((one) => one !== expected).length;
    const { findings } = await server.$crr.verify();
    const isFlat = report(samples);
    console.log(
      `${writes} writes of ${clients} clients, ${differing} differ, ${findings.length} findings, ${errors.length} errors`,
    );
    for (const error of errors.slice(0, 3)) console.error(error);
    return isFlat && differing === 0 && findings.length === 0 && errors.length === 0;
  } finally {
    for (const { $client } of [server, ...sites.map(({ db }) => db)]) $client.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Databases, and their logs. */
const bytesIn = (folder: string) =>
  readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

/** Prints each measure and how it grew. @returns whether none of them did. */
function report(samples: readonly Sample[]): boolean {
  const third = Math.floor(samples.length / 3);
  let isFlat = third > 0;
  for (const name of ['rss', 'heap', 'files'] as const) {
    const mean = (part: readonly Sample[]) =>
      part.reduce((sum, sample) => sum + sample[name], 0) / part.length;
    const late = samples.slice(third);
    const [middle, last] = [mean(samples.slice(third, 2 * third)), mean(samples.slice(-third))];
    if (last > middle * MOST_GROWTH) isFlat = false;
    console.log(
      `${name}: ${mib(samples[0]![name])} MiB at first, ${mib(middle)} in the second third, ${mib(last)} in the last, slope ${mib(slope(late, name) * 60)} MiB per hour`,
    );
  }
  return isFlat;
}

const mib = (bytes: number) => (bytes / MIB).toFixed(1);

/** Of the line through the samples, per minute. */
function slope(samples: readonly Sample[], name: 'rss' | 'heap' | 'files'): number {
  const [x, y] = [mean(samples.map(({ minute }) => minute)), mean(samples.map((one) => one[name]))];
  const of = (weight: (sample: Sample) => number) =>
    samples.reduce((sum, sample) => sum + (sample.minute - x) * weight(sample), 0);
  return of((sample) => sample[name] - y) / of(({ minute }) => minute - x);
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, one) => sum + one, 0) / values.length;
