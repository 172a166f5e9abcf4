/** Sites in files that are copied and restored from backups, with a table that has every type of column. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/libsql';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { afterAll } from 'vitest';
import { counter, crrTable, greatest, increment, least, mvr, withCrr } from '../../src/index.js';
import { openClient } from '../support/client.js';
import { createTableSql } from '../support/create-table.js';
import type { Random } from '../support/random.js';
import { registerConflicts } from '../support/site.js';
import { changesOf } from './feed.js';

export const items = crrTable('items', {
  id: text('id').primaryKey().notNull(),
  title: text('title'),
  votes: counter('votes'),
  status: mvr(text('status')),
  high: greatest(integer('high')),
  low: least(integer('low')),
});

const directory = mkdtempSync(join(tmpdir(), 'drizzle-crr-restorable-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
let files = 0;

export type Restorable = Awaited<ReturnType<typeof openFile>>;

/** A database in a new file, or in a copy of a backup. */
export async function openFile(backup?: string) {
  const file = join(directory, `${files++}.db`);
  if (backup !== undefined) copyFileSync(backup, file);
  const client = openClient({ url: `file:${file}` });
  await client.execute(createTableSql(items).replace('CREATE TABLE', 'CREATE TABLE IF NOT EXISTS'));
  const db = withCrr(drizzle({ client, schema: { items } }), { schema: { items } });
  await db.$crr.install();
  return { db, client, file, crr: db.$crr };
}

/** Copies the database as it is now. */
export function backup({ file }: Restorable): string {
  const copy = join(directory, `${files++}.backup`);
  copyFileSync(file, copy);
  return copy;
}

export const item = (id: string, more: Partial<typeof items.$inferInsert> = {}) => ({
  id,
  title: `title of ${id}`,
  ...more,
});

export const rowsOf = ({ db }: Restorable) => db.select().from(items).orderBy(items.id);
export const idsOf = async (site: Restorable) => (await rowsOf(site)).map(({ id }) => id);
export const add = ({ db }: Restorable, votes: number) =>
  db.update(items).set({ votes: increment(items.votes, votes) });

/** What sites must agree on: rows, conflicts, versions and causal lengths of rows. */
export async function stateOf(site: Restorable) {
  const lives = (await changesOf(site))
    .filter(({ cid }) => cid === 'title' || cid === '-1')
    .map(({ pk, cid, col_version, cl }) => `${pk} ${cid} ${col_version} ${cl}`);
  const conflicts = (await registerConflicts({ $crr: site.crr }, items)).map(({ key, values }) => [
    key,
    values.map(({ value }) => value).sort(),
  ]);
  return { rows: await rowsOf(site), conflicts, lives: lives.sort() };
}

/** A random write of a plain column, a register, or a column whose greatest or least value stands. */
export async function writeAny({ db }: Restorable, random: Random): Promise<void> {
  const set = random.pick([
    { title: `t${random.int(50)}` },
    { status: `s${random.int(50)}` },
    { high: random.int(1_000), low: random.int(1_000) },
  ]);
  await db.update(items).set(set);
}
