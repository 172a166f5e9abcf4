/** What a draft survives: migrations, restarts, a process that is killed while it merges, several writers. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Client } from '@libsql/client';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { blob, integer, real, text } from 'drizzle-orm/sqlite-core';
import { expect, onTestFinished, test } from 'vitest';
import { counter, crrTable, withCrr } from '../../src/index.js';
import { openClientOn } from '../database/one-file.js';
import { Random, seedFromEnv } from '../support/random.js';
import { root } from '../support/run-tsx.js';
import { openSite } from '../support/site.js';
import { notes, openWorld, schema, teams } from './world.js';

const id = () => text('id').primaryKey().notNull();

function scratchFile(): string {
  const directory = mkdtempSync(join(tmpdir(), 'drizzle-crr-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'test.db');
}

async function triggersOf(client: Client): Promise<string[]> {
  const { rows } = await client.execute(
    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'sheets%'",
  );
  return rows.map(({ name }) => String(name));
}

test('tables and columns that are renamed, dropped and added', async () => {
  const v1 = crrTable('pages', {
    id: id(),
    title: text('title'),
    gone: text('gone'),
    votes: counter('votes'),
  });
  const dropped = crrTable('dropped', { id: id(), name: text('name') });
  const a = await openSite({ v1, dropped });
  await a.insert(v1).values([
    { id: 'a', title: 'one', gone: 'x' },
    { id: 'b', title: 'two' },
  ]);
  const before = await a.$crr.draft('d');
  await before.transaction(async (tx) => {
    await tx.update(v1).set({ title: 'draft', gone: 'y', votes: 4 });
    await tx.insert(v1).values({ id: 'c', title: 'new', gone: 'z' });
    await tx.insert(dropped).values({ id: 'd', name: 'x' });
  });
  const run = async (statements: readonly string[]) => {
    for (const sql of statements) await a.$client.execute(sql);
  };
  await run([
    'ALTER TABLE `pages` RENAME TO `sheets`',
    'ALTER TABLE `sheets` RENAME COLUMN "title" TO "headline"',
    'ALTER TABLE `sheets` RENAME COLUMN "votes" TO "points"',
    'ALTER TABLE `sheets` ADD COLUMN "extra" integer',
  ]);
  const columns = () => ({
    id: id(),
    headline: text('headline'),
    points: counter('points'),
    extra: integer('extra'),
  });
  const between = crrTable('sheets', { ...columns(), gone: text('gone') });
  await withCrr(drizzle({ client: a.$client }), { schema: { between, dropped } }).$crr.install();
  await run([
    // As a migration does it: without the triggers.
    ...(await triggersOf(a.$client)).map((name) => `DROP TRIGGER "${name}"`),
    'ALTER TABLE `sheets` DROP COLUMN "gone"',
    'DROP TABLE `dropped`',
  ]);
  const v2 = crrTable('sheets', columns());
  const now = withCrr(drizzle({ client: a.$client }), { schema: { v2 } });
  await now.$crr.install();
  const draft = await now.$crr.draft('d');
  const items = (await draft.diff()).map(({ table, key, column, ours, theirs }) =>
    [table, key.id, column, column && [ours, theirs]].flat(),
  );
  expect(items).toEqual([
    ['sheets', 'a', 'headline', 'one', 'draft'],
    ['sheets', 'a', 'points', 0, 4],
    ['sheets', 'b', 'headline', 'two', 'draft'],
    ['sheets', 'b', 'points', 0, 4],
    ['sheets', 'c', undefined, undefined],
  ]);
  await draft.transaction((tx) => tx.update(v2).set({ extra: 7 }));
  await draft.merge({ review: await draft.review() });
  expect(await now.select().from(v2)).toEqual([
    { id: 'a', headline: 'draft', points: 4, extra: 7 },
    { id: 'b', headline: 'draft', points: 4, extra: 7 },
    { id: 'c', headline: 'new', points: 0, extra: 7 },
  ]);
  expect((await now.$crr.verify()).findings).toEqual([]);
  // Its table is gone, so it is in no item, and goes with the draft.
  expect(await now.$crr.drafts()).toMatchObject([{ rows: 1 }]);
  await draft.drop();
  expect(await now.$crr.drafts()).toEqual([]);
});

test('values and names of every kind', async () => {
  const odd = crrTable('o"d?d', {
    id: integer('i?d').primaryKey(),
    text: text("te'x?t"),
    real: real('real'),
    data: blob('data', { mode: 'buffer' }),
    big: text('big', { mode: 'json' }),
  });
  const db = await openSite({ odd });
  const row = {
    id: -5,
    text: 'a ? and "quotes" \u{1f600}',
    real: 1e300,
    data: Buffer.from([0, 255]),
    big: { a: [1, '?'] },
  };
  const draft = await db.$crr.draft('?"\'');
  await draft.transaction((tx) =>
    tx.insert(odd).values([row, { ...row, id: 6, real: 1, text: '' }]),
  );
  await draft.transaction((tx) => tx.update(odd).set({ big: { b: null } }));
  expect(await db.$crr.drafts()).toMatchObject([{ name: '?"\'', rows: 2 }]);
  await draft.merge({ review: await draft.review() });
  expect(await db.select().from(odd)).toEqual([
    { ...row, big: { b: null } },
    { ...row, id: 6, real: 1, text: '', big: { b: null } },
  ]);
});

test('a database that is opened again', async () => {
  const path = scratchFile();
  const db = await openWorld(openClientOn(path));
  await (await db.$crr.draft('d')).transaction((tx) => tx.insert(notes).values({ id: 'a' }));
  const review = await (await db.$crr.draft('d')).review();
  db.$client.close();
  const again = withCrr(drizzle({ client: openClientOn(path) }), { schema });
  await again.$crr.install();
  const draft = await again.$crr.draft('d');
  expect(await draft.review()).toEqual(review);
  await draft.merge({ review: JSON.parse(JSON.stringify(review)) });
  expect(await again.select().from(notes)).toHaveLength(1);
});

test('transactions and merges at the same time take turns', async () => {
  const db = await openWorld();
  const draft = await db.$crr.draft('d');
  await Promise.all(
    Array.from({ length: 6 }, async (_, i) => {
      if (i % 3 === 2) await db.insert(notes).values({ id: `main ${i}` });
      else await draft.transaction((tx) => tx.insert(notes).values({ id: `draft ${i}` }));
    }),
  );
  expect(await draft.diff()).toHaveLength(4);
  const review = await draft.review();
  const merges = await Promise.allSettled([draft.merge({ review }), draft.merge({ review })]);
  expect(merges.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await db.select().from(notes)).toHaveLength(6);
});

test('a process that is killed while it merges leaves all of a merge, or nothing', async () => {
  const path = scratchFile();
  const random = new Random(seedFromEnv());
  const db = await openWorld(openClientOn(path));
  const tsx = createRequire(import.meta.url).resolve('tsx/cli');
  const file = fileURLToPath(new URL('draft-process.ts', import.meta.url));
  let next = 0;
  for (let kill = 0; kill < 3; kill++) {
    const child = spawn(process.execPath, [tsx, file, path, String(next)], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TSX_TSCONFIG_PATH: `${root}/tsconfig.json` },
      detached: true,
    });
    const drafts = new Set<number>();
    const merges = new Set<number>();
    let lines = 3 + random.int(8);
    const ended = new Promise((resolve) => child.once('close', resolve));
    for await (const line of createInterface({ input: child.stdout })) {
      const { drafted, merged } = JSON.parse(line) as { drafted?: number; merged?: number };
      if (drafted !== undefined) drafts.add(drafted);
      if (merged !== undefined) merges.add(merged);
      if (--lines === 0) setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), random.int(8));
    }
    await ended;
    expect(drafts.size).toBeGreaterThan(0);
    const draft = await db.$crr.draft('d');
    const drafted = new Set((await draft.diff()).map(({ key }) => key.id));
    const merged = new Set((await db.select({ id: notes.id }).from(notes)).map((row) => row.id));
    const last = Math.max(next, ...drafts) + 1;
    for (let i = 0; i <= last; i++) {
      const [x, y] = [`x${i}`, `y${i}`];
      expect([merged.has(x), drafted.has(x)]).toEqual([merged.has(y), drafted.has(y)]);
      expect(merged.has(x) && drafted.has(x)).toBe(false);
      if (drafts.has(i)) expect(merged.has(x) || drafted.has(x)).toBe(true);
      if (merges.has(i)) expect(merged.has(x)).toBe(true);
    }
    expect((await db.$crr.verify()).findings).toEqual([]);
    next = last + 1;
  }
}, 60_000);

test('rows that pass a unique value on', async () => {
  const db = await openWorld();
  const named = async () =>
    (await db.select().from(teams).orderBy(teams.id)).map(({ name }) => name);
  await db.insert(teams).values(['a', 'b', 'c', 'd'].map((key) => ({ id: key, name: key })));
  const draft = await db.$crr.draft('d');
  await draft.transaction(async (tx) => {
    await tx.delete(teams).where(eq(teams.id, 'd'));
    for (const [from, to] of ['cd', 'bc', 'ab'].map((pair) => [...pair])) {
      await tx.update(teams).set({ name: to! }).where(eq(teams.id, from!));
    }
    await tx.insert(teams).values({ id: '0', name: 'a' });
  });
  const inside = await draft.transaction((tx) => tx.select().from(teams).orderBy(teams.id));
  expect(inside.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
  const review = await draft.review();
  expect(review.items.filter(({ breaks }) => breaks !== undefined)).toEqual([]);
  await draft.merge({ review });
  expect(await named()).toEqual(['a', 'b', 'c', 'd']);
  // A swap has no order.
  await draft.transaction(async (tx) => {
    for (const [key, name] of ['a-', 'bb', 'ac'].map((pair) => [...pair])) {
      await tx.update(teams).set({ name: name! }).where(eq(teams.id, key!));
    }
  });
  const swap = await draft.review();
  expect(swap.items.some(({ breaks }) => breaks?.includes('UNIQUE'))).toBe(true);
  await expect(draft.merge({ review: swap })).rejects.toMatchObject({ code: 'CRR_DRAFT_BROKEN' });
  expect(await named()).toEqual(['a', 'b', 'c', 'd']);
});
