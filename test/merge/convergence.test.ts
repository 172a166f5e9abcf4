/**
 * Sites whose tables have NOT NULL columns without defaults, which cr-sqlite refuses, so that no
 * oracle knows the outcome; but all sites must agree on it once everything was delivered.
 */
import { sql } from 'drizzle-orm';
import { integer, primaryKey, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { type Change, type Cursor, crrTable } from '../../src/index.js';
import { numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import { openSite } from '../support/site.js';

const items = crrTable('items', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  price: integer('price').notNull(),
  note: text('note'),
  stock: integer('stock').notNull().default(5),
});
const pairs = crrTable(
  'pairs',
  { a: integer('a').notNull(), b: text('b').notNull(), must: text('must').notNull() },
  (t) => [primaryKey({ columns: [t.a, t.b] })],
);
const numbered = crrTable('numbered', { id: integer('id').primaryKey(), v: text('v').notNull() });
const schema = { items, pairs, numbered };
type Site = Awaited<ReturnType<typeof openSite<typeof schema>>>;

const seed = seedFromEnv();
const count = numberFromEnv('CRR_CONVERGENCE', 4);
const STEPS = 30;

test(`sites converge whatever arrives in which part and order (seed ${seed})`, async () => {
  for (let n = 0; n < count; n++) {
    const random = new Random(seed + n);
    const sites = await openSites(2 + random.int(2));
    for (let step = 0; step < STEPS; step++) {
      if (random.chance(0.6)) await write(random.pick(sites), random);
      else {
        const [from, to] = random.shuffle(sites) as [Site, Site];
        const { changes: all } = await from.$crr.changes();
        await to.$crr.apply(random.shuffle(all).filter(() => random.chance(0.5)));
      }
    }
    for (let round = 0; round < 2; round++) {
      for (const from of sites) {
        for (const to of sites) if (to !== from) await to.$crr.apply(await from.$crr.changes());
      }
    }
    await expectEqual(sites, `seed ${seed + n}`);
  }
});

test(`sites converge where every change travels once, in pieces (seed ${seed})`, async () => {
  for (let n = 0; n < count; n++) {
    const random = new Random(seed + n);
    const sites = await openSites(2 + random.int(2));
    const cursors = new Map<string, number | Cursor>();
    // What is on its way: handed over once, each change in a batch of its own choosing.
    const waiting = new Map<Site, Change[]>(sites.map((site) => [site, []]));
    const send = async (from: number, to: number) => {
      const pair = `${from}>${to}`;
      const page = await sites[from]!.$crr.changes({ since: cursors.get(pair) ?? 0 });
      cursors.set(pair, page.cursor);
      waiting.get(sites[to]!)!.push(...page.changes);
    };
    const receive = async (to: Site, share: number) => {
      const inbox = random.shuffle(waiting.get(to)!);
      const taken = inbox.splice(0, Math.ceil(inbox.length * share));
      waiting.set(to, inbox);
      await to.$crr.apply(taken);
    };
    for (let step = 0; step < STEPS; step++) {
      const from = random.int(sites.length);
      if (random.chance(0.5)) await write(sites[from]!, random);
      else if (random.chance(0.4)) await send(from, (from + 1) % sites.length);
      else await receive(sites[from]!, 0.4);
    }
    for (let round = 0; round < sites.length; round++) {
      for (const from of sites.keys()) {
        for (const to of sites.keys()) if (to !== from) await send(from, to);
      }
      for (const site of sites) await receive(site, 1);
    }
    await expectEqual(sites, `seed ${seed + n}`);
  }
});

async function openSites(n: number): Promise<Site[]> {
  const sites: Site[] = [];
  for (let i = 0; i < n; i++) sites.push(await openSite(schema));
  return sites;
}

async function write(site: Site, random: Random): Promise<void> {
  const id = `i${random.int(4)}`;
  const word = `w${random.int(6)}`;
  const number = sql.raw(`${random.int(5)}`);
  const statement = () =>
    random.pick([
      sql`INSERT OR IGNORE INTO items VALUES (${id}, ${word}, ${number}, NULL, ${number})`,
      sql`INSERT OR REPLACE INTO items (id, name, price) VALUES (${id}, ${word}, ${number})`,
      sql`INSERT INTO items (id, name, price) VALUES (${id}, ${word}, 1) ON CONFLICT DO UPDATE SET name = excluded.name`,
      sql`UPDATE items SET name = ${word} WHERE id = ${id}`,
      sql`UPDATE items SET price = ${number}, note = ${word} WHERE id <= ${id}`,
      sql`DELETE FROM items WHERE id = ${id}`,
      sql`UPDATE OR REPLACE items SET id = ${`i${random.int(4)}`} WHERE id = ${id}`,
      sql`INSERT OR REPLACE INTO pairs VALUES (${number}, ${id}, ${word})`,
      sql`DELETE FROM pairs WHERE a = ${number}`,
      sql`UPDATE OR REPLACE pairs SET a = ${number} WHERE b = ${id}`,
      sql`INSERT OR IGNORE INTO numbered VALUES (${number}, ${word})`,
      sql`UPDATE numbered SET v = ${word} WHERE id >= ${number}`,
      sql`DELETE FROM numbered WHERE id = ${number}`,
    ]);
  if (random.chance(0.5)) await site.run(statement());
  else {
    await site.transaction(async (tx) => {
      for (let i = 1 + random.int(3); i > 0; i--) await tx.run(statement());
    });
  }
}

async function expectEqual(sites: readonly Site[], message: string): Promise<void> {
  const states = [];
  for (const site of sites) {
    const rows = [];
    for (const table of [items, pairs, numbered]) {
      rows.push(...(await site.select().from(table)).map((row) => JSON.stringify(row)));
    }
    // A first life needs no sentinel; a row that one site moved to this key has one there only.
    const told = (await site.$crr.changes()).changes.filter(
      ({ cid, cl }) => cid !== '-1' || cl > 1,
    );
    const facts = told.map(
      (c) =>
        `${c.table} ${Buffer.from(c.pk).toString('hex')} ${c.cid} ${c.val} ${c.col_version} ${c.cl}`,
    );
    states.push({
      rows: rows.sort(),
      facts: facts.sort(),
      pending: await site.$crr.pendingCount(),
    });
  }
  for (const state of states) expect(state, message).toEqual(states[0]);
  expect(states[0]!.pending, message).toBe(0);
}
