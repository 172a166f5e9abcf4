/** install() after migrations of drizzle-kit alone, which rename tables and columns beside the bookkeeping. */
import type { Client } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { libsqlConnection } from '../../src/engines/libsql.js';
import { counter, crrTable, mvr, withCrr } from '../../src/index.js';
import { checkDatabase } from '../../src/migrate/check.js';
import { readSchema } from '../../src/schema/read-schema.js';
import { memoryClient } from '../support/client.js';
import { exchange, openSite } from '../support/site.js';

const id = () => text('id').primaryKey().notNull();
const v1 = crrTable('notes', {
  id: id(),
  title: text('title'),
  n: integer('n'),
  views: counter('views'),
  mood: mvr(text('mood')),
});
const v2 = crrTable('posts', {
  key: text('key').primaryKey().notNull(),
  headline: text('headline'),
  n: integer('n'),
  visits: counter('visits'),
  feeling: mvr(text('feeling')),
});
const TO_V2 = [
  'ALTER TABLE `notes` RENAME TO `posts`',
  'ALTER TABLE `posts` RENAME COLUMN "title" TO "headline"',
  'ALTER TABLE `posts` RENAME COLUMN "id" TO "key"',
  'ALTER TABLE `posts` RENAME COLUMN "views" TO "visits"',
  'ALTER TABLE `posts` RENAME COLUMN "mood" TO "feeling"',
];

const open = async <T extends Record<string, unknown>>(client: Client, schema: T) => {
  const db = withCrr(drizzle(client), { schema });
  await db.$crr.install();
  expect(await checkDatabase(libsqlConnection(client), readSchema(schema))).toEqual([]);
  return db;
};
const facts = async (db: Awaited<ReturnType<typeof open>>) =>
  (await db.$crr.changes()).changes
    .map(({ table, cid, val, col_version, cl }) => `${table}.${cid}=${val} v${col_version} cl${cl}`)
    .sort();

test('renamed tables, keys and columns keep their clocks', async () => {
  const [a, b] = [await openSite({ v1 }), await openSite({ v1 })];
  await a.insert(v1).values({ id: 'r', title: 'x', n: 1, views: 2, mood: 'fine' });
  await a.update(v1).set({ title: 'y', views: 5 });
  await exchange(a, b);
  await b.update(v1).set({ title: 'late', views: 6, n: 7 });
  const before = await facts(a as never);
  for (const sql of TO_V2) await a.$client.execute(sql);
  const a2 = await open(a.$client, { v2 });
  const renamed = (fact: string) =>
    fact
      .replace('notes.', 'posts.')
      .replace('title', 'headline')
      .replace('views', 'visits')
      .replace('mood', 'feeling');
  expect(await facts(a2)).toEqual(before.map(renamed).sort());
  // What a site sends that has not migrated yet still finds its columns.
  await a2.$crr.apply(await b.$crr.changes());
  expect(await a2.select().from(v2)).toEqual([
    { key: 'r', headline: 'late', n: 7, visits: 6, feeling: 'fine' },
  ]);
  for (const sql of TO_V2) await b.$client.execute(sql);
  const b2 = await open(b.$client, { v2 });
  await exchange(a2, b2);
  expect(await facts(b2)).toEqual(await facts(a2));
  expect(await b2.select().from(v2)).toEqual(await a2.select().from(v2));
});

test('a renamed column beside a new one of its former name, and two that swapped names', async () => {
  const db = await openSite({ v1 });
  await db.insert(v1).values({ id: 'r', title: 'x', n: 1 });
  await db.update(v1).set({ title: 'y' });
  const client = db.$client;
  await client.execute('ALTER TABLE notes RENAME COLUMN title TO former');
  await client.execute('ALTER TABLE notes ADD COLUMN title text');
  const both = crrTable('notes', {
    id: id(),
    former: text('former'),
    n: integer('n'),
    views: counter('views'),
    mood: mvr(text('mood')),
    title: text('title'),
  });
  const renamed = await open(client, { both });
  expect((await facts(renamed)).filter((fact) => /former|title/.test(fact))).toEqual([
    'notes.former=y v2 cl1',
  ]);
  for (const [from, to] of [
    ['former', 'passing'],
    ['title', 'former'],
    ['passing', 'title'],
  ]) {
    await client.execute(`ALTER TABLE notes RENAME COLUMN ${from} TO ${to}`);
  }
  const swapped = await open(client, { both });
  expect((await facts(swapped)).filter((fact) => /former|title/.test(fact))).toEqual([
    'notes.title=y v2 cl1',
  ]);
});

test('a column that may have been renamed without its triggers is refused by name', async () => {
  const db = await openSite({ v1 }, memoryClient());
  await db.insert(v1).values({ id: 'r', title: 'x' });
  const { rows } = await db.$client.execute(
    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'notes%'",
  );
  for (const { name } of rows) await db.$client.execute(`DROP TRIGGER "${name}"`);
  await db.$client.execute('ALTER TABLE notes RENAME COLUMN title TO headline');
  const headline = crrTable('notes', {
    id: id(),
    headline: text('headline'),
    n: integer('n'),
    views: counter('views'),
    mood: mvr(text('mood')),
  });
  const renamed = withCrr(drizzle(db.$client), { schema: { headline } });
  await expect(renamed.$crr.install()).rejects.toMatchObject({
    code: 'CRR_DATABASE_RENAME',
    message: expect.stringMatching(/"headline" of "notes".*"title"/),
  });
  await db.$client.execute('UPDATE notes SET headline = NULL');
  await renamed.$crr.install();
});
