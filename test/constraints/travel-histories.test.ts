/** Sites that reject different rows hold the same truth, and show whatever they do not reject. */
import type { InValue } from '@libsql/client';
import { sql } from 'drizzle-orm';
import { check, integer, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable } from '../../src/index.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { openSite } from '../support/site.js';

const items = crrTable(
  'items',
  {
    id: text('id').primaryKey().notNull(),
    low: integer('low'),
    high: integer('high'),
    code: text('code').unique(),
  },
  (t) => [check('ordered', sql`${t.low} < ${t.high}`)],
);
const parts = crrTable('parts', {
  id: text('id').primaryKey().notNull(),
  item: text('item')
    .notNull()
    .references(() => items.id, { onDelete: 'cascade' }),
  n: integer('n'),
});
const notes = crrTable(
  'notes',
  { id: text('id').primaryKey().notNull(), body: text('body') },
  { rejected: 'park' },
);
const schema = { items, parts, notes };

type Site = Awaited<ReturnType<typeof openSite<typeof schema>>>;

const histories = numberFromEnv('CRR_HISTORIES', 3);
const steps = numberFromEnv('CRR_STEPS', 50);
const TABLES = ['items', 'parts', 'notes'];

test.each(Array.from({ length: histories }, (_, i) => hash('travel', seedFromEnv(), i)))(
  'sites that reject different rows hold the same truth: seed %i',
  { timeout: 600_000 },
  async (seed) => {
    const random = new Random(seed);
    const free = await openSite(schema, undefined, { ddl: ddlOf() });
    const sites = [free];
    for (let i = 0; i < 3; i++) {
      const [ddl, triggers] = randomRules(random);
      const site = await openSite(schema, undefined, { ddl });
      for (const trigger of triggers) await site.$client.execute(trigger);
      sites.push(site);
    }
    for (let step = 0; step < steps; step++) {
      const site = random.pick(sites);
      if (random.chance(0.7)) await write(site, randomWrite(random, site === free));
      else await deliver(random, random.pick(sites), site);
    }
    for (let round = 0; round < 2; round++) {
      for (const from of sites) for (const to of sites) if (from !== to) await apply(to, from);
    }
    const truth = await truthOf(free);
    for (const site of sites) expect(await truthOf(site)).toEqual(truth);
    for (const table of [items, parts, notes]) {
      const conflicts = await free.$crr.conflicts(table);
      expect(conflicts.filter(({ reason }) => reason === 'rejected')).toEqual([]);
    }

    // The triggers go, and then every row is repaired where nothing is rejected.
    for (const site of sites) {
      const found = await site.$client.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'rule%'",
      );
      for (const { name } of found.rows) await site.$client.execute(`DROP TRIGGER ${name}`);
      await site.$crr.apply([]);
    }
    await write(free, "UPDATE items SET low = 1, high = 2, code = 'code of ' || id");
    await write(free, 'UPDATE parts SET n = 1');
    await write(free, "UPDATE notes SET body = 'short'");
    for (const site of sites.slice(1)) {
      await apply(site, free);
      expect(await site.$crr.rejected()).toEqual([]);
      expect(await shownBy(site)).toEqual(await shownBy(free));
    }
    for (const site of sites) site.$client.close();
  },
);

/** SQL of the tables; `rules` may add constraints, and end a table's definition. */
function ddlOf({ item = '', part = '', note = '', end = '' } = {}): string[] {
  return [
    `CREATE TABLE items (id TEXT PRIMARY KEY NOT NULL, low INTEGER, high INTEGER, code TEXT UNIQUE${item})${end}`,
    `CREATE TABLE parts (id TEXT PRIMARY KEY NOT NULL, item TEXT NOT NULL REFERENCES items(id) ON DELETE CASCADE, n INTEGER${part})${end}`,
    `CREATE TABLE notes (id TEXT PRIMARY KEY NOT NULL, body TEXT${note})${end}`,
  ];
}

function randomRules(random: Random): [ddl: string[], triggers: string[]] {
  const some = (rules: readonly string[]) => rules.filter(() => random.chance(0.4)).join('');
  const ddl = ddlOf({
    item: some([', CHECK (low < high)', ', CHECK (low + high < 14)', ", CHECK (code <> 'c1')"]),
    part: some([', CHECK (n < 8)']),
    note: some([', CHECK (length(body) < 6)']),
    end: some([' STRICT']),
  });
  const rules = [
    ['items', 'INSERT', 'new.low = 3'],
    ['items', 'UPDATE', 'new.high = 4'],
    ['items', 'UPDATE OF code', 'new.code IS NULL'],
    ['parts', 'INSERT', 'new.n = 2'],
    ['parts', 'UPDATE', 'new.n = 5'],
    ['notes', 'INSERT', "new.body LIKE 'a%'"],
    ['notes', 'UPDATE', "new.body LIKE 'b%'"],
  ];
  const triggers = rules
    .filter(() => random.chance(0.4))
    .map(([table, event, when], i) => {
      const time = random.pick(['BEFORE', 'AFTER']);
      return `CREATE TRIGGER rule_${i} ${time} ${event} ON ${table} WHEN ${when} BEGIN SELECT RAISE(ABORT, 'rule ${i}'); END`;
    });
  return [ddl, triggers];
}

function randomWrite(random: Random, isFree: boolean): string {
  const id = `'i${random.int(5)}'`;
  const part = `'p${random.int(5)}'`;
  const note = `'n${random.int(4)}'`;
  // Only an integer fits in a STRICT table.
  const number = () =>
    isFree && random.chance(0.1) ? "'x'" : random.pick(['NULL', ...'0123456789']);
  const code = random.pick(['NULL', "'c1'", "'c2'", "'c3'"]);
  const body = random.pick(["'abc'", "'bcd'", "'cde'", "'something long'"]);
  return random.pick([
    `INSERT OR IGNORE INTO items VALUES (${id}, ${number()}, ${number()}, ${code})`,
    `INSERT OR IGNORE INTO items VALUES (${id}, 1, 5, ${code})`,
    `UPDATE items SET low = ${number()} WHERE id = ${id}`,
    `UPDATE items SET high = ${number()} WHERE id = ${id}`,
    `UPDATE items SET code = ${code} WHERE id = ${id}`,
    `DELETE FROM items WHERE id = ${id}`,
    `INSERT OR IGNORE INTO parts VALUES (${part}, ${id}, ${number()})`,
    `UPDATE parts SET n = ${number()} WHERE id = ${part}`,
    `UPDATE parts SET item = ${id} WHERE id = ${part}`,
    `INSERT OR IGNORE INTO notes VALUES (${note}, ${body})`,
    `UPDATE notes SET body = ${body} WHERE id = ${note}`,
    `DELETE FROM notes WHERE id = ${note}`,
  ]);
}

/** A write that the site's own rules refuse is not made. */
async function write(site: Site, statement: string): Promise<void> {
  await site.$client.batch([statement], 'write').catch((error) => {
    if (!/constraint failed|rule \d|cannot store/i.test(String(error))) throw error;
  });
}

async function deliver(random: Random, from: Site, to: Site): Promise<void> {
  if (from === to) return void (await to.$crr.apply([]));
  const { changes } = await from.$crr.changes();
  await apply(
    to,
    from,
    random.chance(0.5) ? changes : random.shuffle(changes).slice(changes.length / 2),
  );
}

async function apply(to: Site, from: Site, some?: readonly unknown[]): Promise<void> {
  const changes = some ?? (await from.$crr.changes()).changes;
  await to.$crr.apply(changes as Parameters<Site['$crr']['apply']>[0]);
  expect((await to.$client.execute('PRAGMA foreign_key_check')).rows).toEqual([]);
  // Nothing that is rejected stays behind in crr_pending, so all of it travels on.
  const rejected = await to.$crr.rejected();
  expect(rejected.filter(({ changes: kept }) => kept > 0)).toEqual([]);
}

/** What a site sends, without what depends on who brought it. */
async function truthOf(site: Site): Promise<string[]> {
  const { changes } = await site.$crr.changes();
  return changes
    .map(({ table, pk, cid, val, col_version, cl }) =>
      JSON.stringify([
        table,
        [...pk],
        cid,
        typeof val === 'bigint' ? String(val) : val,
        col_version,
        cl,
      ]),
    )
    .sort();
}

async function shownBy(site: Site): Promise<Record<string, InValue[][]>> {
  const shown: Record<string, InValue[][]> = {};
  for (const table of TABLES) {
    const { rows } = await site.$client.execute(`SELECT * FROM ${table} ORDER BY id`);
    shown[table] = rows.map((row) => Array.from(row as unknown as ArrayLike<InValue>));
  }
  return shown;
}
