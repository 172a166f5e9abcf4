/**
 * What `verify()` takes for a database of many rows: `npx tsx bench/verify.ts 100000`. Half of the rows have a counter and a
 * register; each of the others refers to one of them and has a unique value. All were merged, by two sites.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { text } from 'drizzle-orm/sqlite-core';
import { counter, crrTable, mvr } from '../src/index.js';
import { openClient } from '../test/support/client.js';
import { openSite } from '../test/support/site.js';
import { peakMb } from './peak.js';

const projects = crrTable('projects', {
  id: text('id').primaryKey().notNull(),
  title: text('title'),
  votes: counter('votes'),
  tag: mvr(text('tag')),
});
const tasks = crrTable('tasks', {
  id: text('id').primaryKey().notNull(),
  project: text('project')
    .notNull()
    .references(() => projects.id, { onDelete: 'cascade' }),
  code: text('code').unique(),
});
const schema = { projects, tasks };
const open = (file: string) => openSite(schema, openClient({ url: `file:${file}` }), { ddl: [] });
const create = (file: string) => openSite(schema, openClient({ url: `file:${file}` }));

/** Of a process that does nothing else. */
const [first = '100000', file] = process.argv.slice(2);
if (file === undefined) await fill(Number(first));
else await measure(file);

async function measure(path: string): Promise<void> {
  const { $crr } = await open(path);
  const before = peakMb();
  const start = performance.now();
  const { findings } = await $crr.verify();
  const seconds = (performance.now() - start) / 1_000;
  console.log(
    `${findings.length} findings in ${seconds.toFixed(1)} s, peak ${peakMb().toFixed(0)} MB, ${before.toFixed(0)} MB of it before`,
  );
}

async function fill(rows: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'drizzle-crr-verify-'));
  const verified = join(folder, 'verified.db');
  const site = await create(join(folder, 'source.db'));
  const series = sql`WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < ${rows / 2})`;
  await site.run(
    sql`INSERT INTO projects (id, title, votes, tag) ${series} SELECT 'p' || i, 'title ' || i, i, 'x' FROM n`,
  );
  await site.run(
    sql`INSERT INTO tasks (id, project, code) ${series} SELECT 't' || i, 'p' || i, 'c' || i FROM n`,
  );
  const other = await create(verified);
  await other.$crr.apply(site.$crr.changes({ limit: 10_000 }));
  await other.run(sql`UPDATE projects SET votes = votes + 1`);
  await other.$crr.apply([]);
  for (const { $client } of [site, other]) $client.close();
  const self = fileURLToPath(import.meta.url);
  execFileSync('npx', ['tsx', self, String(rows), verified], { stdio: 'inherit' });
  rmSync(folder, { recursive: true, force: true });
}
