/** What constraints cost when nothing clashes, and what rows cost that stand aside. */
import assert from 'node:assert/strict';
import { createClient } from '@libsql/client';
import { drizzle } from 'drizzle-orm/libsql';
import { integer, type SQLiteTable, text } from 'drizzle-orm/sqlite-core';
import { type Change, crrTable, withCrr } from '../src/index.js';
import { createTableSql } from '../test/support/create-table.js';
import type { Workbench } from './database.js';
import type { Figures } from './figures.js';
import { compare, median } from './measure.js';

const TABLES = 9;
const ASIDE = 10_000;

/** A chain of tables. Constrained, each row refers to the table before, and its code is unique. */
function chain(isConstrained: boolean): Record<string, SQLiteTable> {
  const tables: Record<string, SQLiteTable> = {};
  let parent: SQLiteTable | undefined;
  for (let i = 0; i < TABLES; i++) {
    const above = parent as (SQLiteTable & { id: never }) | undefined;
    const reference = text('parent');
    const code = integer('code');
    const table: SQLiteTable = crrTable(`t${i}`, {
      id: text('id').primaryKey().notNull(),
      parent:
        isConstrained && above !== undefined
          ? reference.references(() => above.id, { onDelete: 'cascade' })
          : reference,
      code: isConstrained ? code.unique() : code,
      title: text('title'),
    });
    tables[`t${i}`] = table;
    parent = table;
  }
  return tables;
}

/** Milliseconds that an apply of one change takes longer. */
export async function measureSettling(
  bench: Workbench,
  rounds: number,
  figures: Figures,
): Promise<void> {
  const open = async (isConstrained: boolean) => {
    const schema = chain(isConstrained);
    const client = createClient({ url: `file:${bench.newPath()}` });
    await client.execute('PRAGMA journal_mode = WAL');
    for (const table of Object.values(schema)) await client.execute(createTableSql(table));
    const db = withCrr(drizzle(client), { schema, check: false });
    await db.$crr.install();
    return db;
  };
  const sites = {
    free: await open(false),
    bound: await open(true),
    twins: await open(true),
    orphans: await open(true),
  };
  const writer = await open(false);

  let written = 0;
  const change = async (sql: string): Promise<readonly Change[]> => {
    const since = await writer.$crr.version();
    await writer.$client.execute(sql);
    return (await writer.$crr.changes({ since })).changes;
  };
  const values = (from: number) =>
    `json_each('[${Array.from({ length: ASIDE }, (_, i) => from + i)}]')`;
  const twins = await change(
    `INSERT INTO t8 (id, code) SELECT CASE n WHEN 0 THEN 'a' ELSE 'b' END || value, value FROM ${values(10_000)}, (SELECT 0 AS n UNION ALL SELECT 1)`,
  );
  const masked = await sites.twins.$crr.apply(twins);
  assert.equal(masked.masked.length, ASIDE);
  const orphans = await change(
    `INSERT INTO t8 (id, parent) SELECT 'o' || value, 'nobody' || value FROM ${values(10_000)}`,
  );
  const parked = await sites.orphans.$crr.apply(orphans);
  assert.equal(parked.parked.length, ASIDE);

  const apply = (site: keyof typeof sites, write: (n: number) => string) => async () => {
    const changes = await change(write(written++));
    return { timed: () => sites[site].$crr.apply(changes) };
  };
  const insert = (table: string) => (n: number) =>
    `INSERT INTO ${table} (id, code, title) VALUES ('n${n}', ${1_000_000 + n}, 'x')`;
  const difference = async (
    name: string,
    before: keyof typeof sites,
    after: keyof typeof sites,
    write: (n: number) => string,
  ) => {
    const times = await compare(
      { before: apply(before, write), after: apply(after, write) },
      rounds * 6,
    );
    const [from, to] = [median(times.before), median(times.after)];
    figures.set(name, to - from, `${to.toFixed(2)} - ${from.toFixed(2)} ms`);
  };
  await difference('settle_idle_ms', 'free', 'bound', insert('t0'));
  await difference('settle_idle_child_ms', 'free', 'bound', insert('t8'));
  for (const kind of ['twins', 'orphans'] as const) {
    await difference(`aside_10k_${kind}_other_table_ms`, 'bound', kind, insert('t0'));
    await difference(`aside_10k_${kind}_same_table_ms`, 'bound', kind, insert('t8'));
  }
  await difference(
    'aside_10k_twins_one_more_ms',
    'bound',
    'twins',
    (n) => `INSERT INTO t8 (id, code) VALUES ('z${n}', ${10_000 + n})`,
  );
  await difference(
    'aside_10k_orphans_one_more_ms',
    'bound',
    'orphans',
    (n) => `INSERT INTO t8 (id, parent) VALUES ('z${n}', 'none${n}')`,
  );
  for (const { $client } of [...Object.values(sites), writer]) $client.close();
}
