/**
 * The cost of migrations at 100,000 and 1,000,000 rows: an alter that changes no clocks, an added
 * column with a constant default, and the backfill of a table that becomes a CRR, compared to copying
 * that table. Run it with `npx tsx bench/migrations.ts [rows...]`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '@libsql/client';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { asCrr } from '../src/index.js';
import { planAlter } from '../src/migrate/plan.js';
import { NO_RENAMES } from '../src/migrate/renames.js';
import { tableState } from '../src/migrate/state.js';
import { readTableSpec } from '../src/schema/read-spec.js';

const columns = () => ({
  id: text('id').primaryKey().notNull(),
  title: text('title'),
  body: text('body'),
  author: text('author'),
  mood: text('mood'),
  stars: integer('stars'),
});
const before = readTableSpec(asCrr(sqliteTable('posts', columns())));
const after = readTableSpec(
  asCrr(sqliteTable('posts', { ...columns(), lang: text('lang').notNull().default('en') })),
);
const FILL = (
  rows: number,
) => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
INSERT INTO posts SELECT lower(hex(randomblob(16))), 'title ' || i, 'a body of some length, row ' || i, 'author ' || (i % 997), 'fine', i % 5 FROM n`;
const CREATE = (name: string) =>
  `CREATE TABLE ${name} (id text PRIMARY KEY NOT NULL, title text, body text, author text, mood text, stars integer)`;
const ROUNDS = 3;

const plan = (
  state: Parameters<typeof planAlter>[0]['state'],
  spec: typeof before,
  touched: string[],
) =>
  planAlter({
    state,
    wanted: [spec],
    renames: NO_RENAMES,
    touched: new Set(touched),
    repair: new Set(),
  })!;

async function timed(client: Client, statements: readonly string[]): Promise<number> {
  const start = performance.now();
  await client.migrate([...statements]);
  return performance.now() - start;
}

async function measure(rows: number): Promise<ReadonlyMap<string, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'drizzle-crr-bench-'));
  const times = new Map<string, number[]>();
  const note = (what: string, ms: number) => times.set(what, [...(times.get(what) ?? []), ms]);
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const client = createClient({ url: `file:${join(folder, `${round}.db`)}` });
      await client.migrate([CREATE('posts'), CREATE('copy'), FILL(rows)]);
      note('copy', await timed(client, ['INSERT INTO copy SELECT * FROM posts']));
      await client.execute('DROP TABLE copy');
      const install = plan(new Map(), before, []);
      note('backfill', await timed(client, [...install.begin, ...install.commit]));
      const { rows: clocks } = await client.execute('SELECT count(*) FROM posts__crr_clock');
      if (Number(clocks[0]![0]) !== rows)
        throw new Error('the backfill gave not every row a clock');
      const state = new Map([['posts', tableState(before)]]);
      const empty = plan(state, before, ['posts']);
      note('empty alter', await timed(client, [...empty.begin, ...empty.commit]));
      const add = plan(state, after, ['posts']);
      const ddl = "ALTER TABLE posts ADD lang text DEFAULT 'en' NOT NULL";
      note('add column', await timed(client, [...add.begin, ddl, ...add.commit]));
      client.close();
      rmSync(join(folder, `${round}.db`));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const median = (values: readonly number[]) =>
    [...values].sort((a, b) => a - b)[values.length >> 1]!;
  return new Map([...times].map(([what, values]) => [what, median(values)]));
}

const sizes = process.argv.slice(2).map(Number);
if (sizes.length === 0) sizes.push(100_000, 1_000_000);
const results = new Map<number, ReadonlyMap<string, number>>();
for (const rows of sizes) results.set(rows, await measure(rows));

const names = ['empty alter', 'add column', 'copy', 'backfill'];
const cell = (text: string) => text.padStart(16);
console.log(`milliseconds, median of ${ROUNDS} rounds, 6 columns, random text keys, libSQL file`);
console.log(
  [
    ''.padEnd(34),
    ...sizes.map((rows) => cell(`${rows.toLocaleString('en')} rows`)),
    cell('growth'),
  ].join(''),
);
const labels: Readonly<Record<string, string>> = {
  'empty alter': 'alter that changes no clocks',
  'add column': 'add a column, constant default',
  copy: 'INSERT INTO copy SELECT *',
  backfill: 'plain table becomes a CRR',
};
for (const name of names) {
  const ms = sizes.map((rows) => results.get(rows)!.get(name)!);
  const growth = `${(ms.at(-1)! / ms[0]!).toFixed(2)}x`;
  console.log(
    [labels[name]!.padEnd(34), ...ms.map((value) => cell(value.toFixed(1))), cell(growth)].join(''),
  );
}
const ratio = sizes.map((rows) =>
  cell(`${(results.get(rows)!.get('backfill')! / results.get(rows)!.get('copy')!).toFixed(2)}x`),
);
console.log(['backfill / copy'.padEnd(34), ...ratio].join(''));
