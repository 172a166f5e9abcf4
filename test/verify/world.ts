/** Two sites with every kind of table and column, which have exchanged a history: what the tests of verify() break. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { integer, primaryKey, text } from 'drizzle-orm/sqlite-core';
import { afterAll, expect } from 'vitest';
import {
  counter,
  crrTable,
  fractIndex,
  greatest,
  least,
  lww,
  mvr,
  type VerifyResult,
  withCrr,
} from '../../src/index.js';
import { quoteName } from '../../src/sql/quote.js';
import { openClient } from '../support/client.js';
import { exchange, openSite } from '../support/site.js';
import { expectSound } from '../support/sound.js';

const id = () => text('id').primaryKey().notNull();

export const docs = crrTable('docs', {
  id: id(),
  title: text('title'),
  mood: lww(text('mood'), { by: 'time' }),
  place: fractIndex('place'),
  high: greatest(integer('high')),
  low: least(integer('low_value')),
  views: counter('views'),
  status: mvr(text('status')),
});

const pairs = crrTable(
  'pairs',
  { a: text('a').notNull(), b: integer('b').notNull(), note: text('note') },
  (t) => [primaryKey({ columns: [t.a, t.b] })],
);

const numbers = crrTable('numbers', { n: integer('n').primaryKey().notNull(), word: text('word') });

const marks = crrTable('marks', { id: id() });

const entries = crrTable('entries', { id: id(), body: text('body') }, { rows: 'growOnly' });

export const orgs = crrTable('orgs', { id: id(), name: text('name') });

export const users = crrTable('users', {
  id: id(),
  org: text('org')
    .notNull()
    .references(() => orgs.id, { onDelete: 'cascade' }),
  email: text('email').unique(),
});

export const schema = { docs, pairs, numbers, marks, entries, orgs, users };

export type Site = Awaited<ReturnType<typeof openSite<typeof schema>>>;

const folder = mkdtempSync(join(tmpdir(), 'verify-'));
const file = (name: string) => join(folder, `${name}.db`);
let made: Promise<void> | undefined;
let worlds = 0;
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (path: string) => openClient({ url: `file:${path}` });

/** Both sites have written, deleted and created rows again, and know everything of each other. */
export async function world(): Promise<{ a: Site; b: Site }> {
  made ??= make();
  await made;
  const number = ++worlds;
  const copy = (name: string): Site => {
    copyFileSync(file(name), file(`${name}${number}`));
    const client = at(file(`${name}${number}`));
    return withCrr(drizzle({ client, schema }), { schema });
  };
  return { a: copy('a'), b: copy('b') };
}

async function make(): Promise<void> {
  const [a, b] = [await openSite(schema, at(file('a'))), await openSite(schema, at(file('b')))];
  for (const [site, mine] of [
    [a, 'a'],
    [b, 'b'],
  ] as const) {
    for (const row of ['1', '2', '3']) {
      const values = { id: `${mine}${row}`, title: `of ${mine}`, place: `a${row}` };
      await site.insert(docs).values({ ...values, views: Number(row), high: 1, low: 1 });
    }
    await site.insert(pairs).values({ a: mine, b: 1, note: 'x' });
    await site.insert(numbers).values({ n: mine === 'a' ? 1 : 2, word: 'x' });
    await site.insert(marks).values({ id: mine });
    await site.insert(entries).values({ id: mine, body: 'kept' });
    await site.insert(orgs).values([{ id: `org ${mine}` }, { id: `lost ${mine}` }]);
    await site.insert(users).values([
      { id: `user ${mine}`, org: `org ${mine}`, email: 'one@example.com' },
      { id: `orphan ${mine}`, org: `lost ${mine}` },
    ]);
  }
  await exchange(a, b);
  for (const site of [a, b]) {
    await site
      .update(docs)
      .set({ title: 'again', views: sql`views + 1`, status: site === a ? 'left' : 'right' })
      .where(eq(docs.id, 'a1'));
    await site.update(docs).set({ mood: 'fine', high: 5, low: -5 }).where(eq(docs.id, 'b1'));
  }
  await b.delete(docs).where(eq(docs.id, 'a3'));
  await b.delete(docs).where(eq(docs.id, 'b3'));
  await b.insert(docs).values({ id: 'b3', title: 'second life', place: 'a9' });
  // A parent is deleted on one site while the other one writes a child: the child is parked.
  await a.delete(orgs).where(eq(orgs.id, 'lost a'));
  await b.insert(users).values({ id: 'late', org: 'lost a' });
  await exchange(a, b);
  await exchange(a, b);
  await expectSound(a, b);
  for (const { $client } of [a, b]) $client.close();
}

/** Runs statements as they are, while no trigger fires. */
export async function silently(site: Site, ...statements: readonly string[]): Promise<void> {
  await site.$client.batch(
    ['UPDATE crr_state SET applying = 1', ...statements, 'UPDATE crr_state SET applying = 0'],
    'write',
  );
}

/** What the tables of a site show, with storage classes. */
export async function rowsOf({ $client: client }: Site): Promise<Record<string, string[]>> {
  const tables: Record<string, string[]> = {};
  for (const table of Object.keys(schema)) {
    const { rows: columns } = await client.execute(
      `SELECT name FROM pragma_table_info('${table}')`,
    );
    const values = columns
      .map(({ name }) => `quote(${quoteName(String(name))})`)
      .join(" || ',' || ");
    const { rows } = await client.execute(`SELECT ${values} FROM ${quoteName(table)} ORDER BY 1`);
    tables[table] = rows.map((row) => String(row[0]));
  }
  return tables;
}

/** The sites get everything from each other, and then agree. */
export async function expectConverged(a: Site, b: Site): Promise<void> {
  await exchange(a, b);
  await exchange(a, b);
  expect(await rowsOf(a)).toEqual(await rowsOf(b));
  await expectSound(a, b);
}

/** Findings as lines: the code, the table, the key and the column. */
export const lines = ({ findings }: Pick<VerifyResult, 'findings'>): string[] =>
  findings.map(({ code, table, key, column }) =>
    [code, table, key === undefined ? '' : JSON.stringify(key), column].filter(Boolean).join(' '),
  );
