/**
 * `npx tsx bench/many-rows.ts [rows ...]`: what writing, reading the feed and merging cost in a file of so many rows, by default 100,000 and
 * 10,000,000, which takes 1.1 GB of disk. Each size has a process of its own, for its peak memory. CPU time of that process, the best of
 * five rounds of 1,000 rows each.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from '@libsql/client';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { crrTable, withCrr } from '../src/index.js';
import { peakMb } from './peak.js';

const ROUNDS = 5;
const PAGE = 1_000;
const ROWS_PER_TRANSACTION = 10_000;

const items = crrTable('items', {
  id: integer('id').primaryKey().notNull(),
  a: text('a'),
  b: text('b'),
  c: text('c'),
  d: text('d'),
  e: text('e'),
});

async function openSite(url: string) {
  const client: Client = createClient({ url });
  await client.execute('PRAGMA journal_mode = WAL');
  await client.execute(
    'CREATE TABLE items (id INTEGER PRIMARY KEY NOT NULL, a TEXT, b TEXT, c TEXT, d TEXT, e TEXT)',
  );
  const db = withCrr(drizzle({ client, schema: { items } }), { schema: { items } });
  await db.$crr.install();
  return db;
}

type Site = Awaited<ReturnType<typeof openSite>>;

/** Inserts rows in one transaction, whose texts are made by SQLite. */
const insert = (db: Site, from: number, count: number) =>
  db.transaction(async (tx) => {
    await tx.run(sql`
      WITH n(id) AS (SELECT ${from} UNION ALL SELECT id + 1 FROM n WHERE id < ${from + count - 1})
      INSERT INTO items
      SELECT id, 'title of ' || id, 'owner ' || id % 1000, 'open', 'a few words more', id * 7919 FROM n`);
  });

async function measure(rows: number) {
  const folder = mkdtempSync(join(tmpdir(), 'drizzle-crr-rows-'));
  const path = join(folder, 'rows.db');
  try {
    const db = await openSite(`file:${path}`);
    const other = await openSite(':memory:');
    const filling = await timed(rows, async () => {
      for (let from = 1; from <= rows; from += ROWS_PER_TRANSACTION) {
        await insert(db, from, Math.min(ROWS_PER_TRANSACTION, rows + 1 - from));
        await new Promise(setImmediate);
      }
    });
    const best: Record<string, number> = {};
    const take = (name: string, us: number) => {
      best[name] = Math.min(best[name] ?? Number.POSITIVE_INFINITY, us);
    };
    for (let round = 0; round < ROUNDS; round++) {
      const since = await db.$crr.version();
      const first = rows + 1 + round * PAGE;
      take('insert', await timed(PAGE, () => insert(db, first, PAGE)));
      const step = Math.floor(rows / PAGE);
      const update = sql`
        UPDATE items SET b = 'renewed ' || ${round}
        WHERE id IN (WITH n(id) AS (SELECT ${round + 1} UNION ALL SELECT id + ${step} FROM n LIMIT ${PAGE}) SELECT id FROM n)`;
      const written = await db.$crr.version();
      take('update', await timed(PAGE, () => db.transaction((tx) => tx.run(update))));
      take('read', await timed(PAGE, () => db.$crr.changes({ since: written })));
      const now = await db.$crr.version();
      take('idle', await timed(1, () => db.$crr.changes({ since: now })));
      const page = await db.$crr.changes({ since });
      await other.$crr.apply(page);
      const version = await other.$crr.version();
      const renewed = sql`UPDATE items SET c = 'closed ' || ${round} WHERE id >= ${first}`;
      await other.transaction((tx) => tx.run(renewed));
      const { changes } = await other.$crr.changes({ since: version });
      let merged = 0;
      take(
        'merge',
        await timed(PAGE, async () => {
          merged = (await db.$crr.apply(changes)).updated.length;
        }),
      );
      if (merged !== PAGE) throw new Error(`${merged} rows were merged instead of ${PAGE}`);
    }
    await db.$client.execute('PRAGMA wal_checkpoint(TRUNCATE)');
    const bytes = statSync(path).size / rows;
    return { rows, filling, ...best, bytes, mb: peakMb() };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** CPU time in microseconds, per item. */
async function timed(count: number, run: () => PromiseLike<unknown>): Promise<number> {
  const start = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / count;
}

const sizes = process.argv.slice(2);
if (sizes.length === 1) {
  const found = await measure(Number(sizes[0]));
  const text = Object.entries(found).map(([name, value]) => `${name} ${Number(value.toFixed(1))}`);
  console.log(text.join(' · '));
} else {
  for (const size of sizes.length === 0 ? ['100000', '10000000'] : sizes) {
    const args = ['--import', 'tsx', fileURLToPath(import.meta.url), size];
    execFileSync(process.execPath, args, { stdio: 'inherit' });
  }
}
