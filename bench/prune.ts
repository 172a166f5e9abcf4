/**
 * `npx tsx bench/prune.ts [events] [rows]`: what pruning a large log costs. Each row is written many times, and then all but the last
 * event of each goes. CPU time of this process; memory at its peak.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { crrTable, withCrr } from '../src/index.js';

const EVENTS = Number(process.argv[2] ?? 1_000_000);
const ROWS = Number(process.argv[3] ?? EVENTS / 20);
const items = crrTable(
  'items',
  { id: integer('id').primaryKey().notNull(), ...titles() },
  { history: true },
);

function titles() {
  return { a: text('a'), b: text('b'), c: text('c'), d: text('d'), e: text('e') };
}

const folder = mkdtempSync(join(tmpdir(), 'drizzle-crr-prune-'));
const path = join(folder, 'log.db');
const client = createClient({ url: `file:${path}` });
try {
  await client.execute(
    'CREATE TABLE items (id INTEGER PRIMARY KEY NOT NULL, a TEXT, b TEXT, c TEXT, d TEXT, e TEXT)',
  );
  const db = withCrr(drizzle({ client, schema: { items } }), { schema: { items } });
  await db.$crr.install();
  await timed(EVENTS, 'writing', async () => {
    await client.execute(
      `WITH n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < ${ROWS})
       INSERT INTO items SELECT id, 'a' || id, 'b', 'c', 'd', 'e' FROM n`,
    );
    for (let i = 1; i < EVENTS / ROWS; i++) {
      await client.execute(`UPDATE items SET ${'abcde'[i % 5]} = 'value ' || ${i}`);
    }
  });
  const before = statSync(path).size;
  let steps = 0;
  const { pruned } = await timed(EVENTS, 'pruning', () =>
    db.$crr.prune({ keep: 0, force: true, onProgress: () => steps++ }),
  );
  await timed(1, 'pruning again', () => db.$crr.prune({ keep: 0, force: true }));
  await client.execute('VACUUM');
  const mb = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
  const peak = mb(process.resourceUsage().maxRSS * 1024);
  console.log(
    `${pruned} of ${EVENTS} events went in ${steps} steps; file ${mb(before)}, then ${mb(statSync(path).size)}; peak ${peak}`,
  );
} finally {
  client.close();
  rmSync(folder, { recursive: true, force: true });
}

async function timed<T>(count: number, what: string, run: () => Promise<T>): Promise<T> {
  const start = process.cpuUsage();
  const result = await run();
  const { user, system } = process.cpuUsage(start);
  const ms = (user + system) / 1_000;
  console.log(
    `${what}: ${(ms / 1_000).toFixed(1)} s, ${((ms * 1_000) / count).toFixed(1)} us each`,
  );
  return result;
}
