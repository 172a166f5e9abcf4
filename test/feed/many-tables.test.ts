import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { Feed } from '../../src/database/feed.js';
import { SiteStore } from '../../src/database/site-store.js';
import { internalsOf } from '../../src/drizzle/internals.js';
import { type Change, type Cursor, crrTable } from '../../src/index.js';
import { Random, seedFromEnv } from '../support/random.js';
import { openSite } from '../support/site.js';

const seed = seedFromEnv();
const TABLES = 60;
const tables = Array.from({ length: TABLES }, (_, i) =>
  crrTable(`table_${i}`, { id: text('id').primaryKey(), a: text('a'), b: text('b') }),
);
const schema = Object.fromEntries(tables.map((table, i) => [`table${i}`, table]));

const write = async (db: Awaited<ReturnType<typeof openSite<typeof schema>>>, random: Random) => {
  const table = tables[random.int(TABLES)]!;
  const id = `row ${random.int(8)}`;
  if (random.int(4) === 0) await db.delete(table);
  else {
    const row = { id, a: `${random.int(1_000)}` };
    await db.insert(table).values(row).onConflictDoUpdate({ target: table.id, set: row });
  }
};
const identity = ({ table, pk, cid, db_version, seq }: Change) =>
  [table, pk, cid, db_version, seq].join();

test(`of many tables only those with news are read, and nothing is missed (seed ${seed})`, async () => {
  const random = new Random(seed);
  const [from, to] = [await openSite(schema), await openSite(schema)];
  let cursor: number | Cursor = 0;
  for (let round = 0; round < 15; round++) {
    for (let i = random.int(4); i >= 0; i--) await write(from, random);
    // In one transaction, so that a db_version is cut between tables.
    await from.transaction(async (tx) => {
      for (const table of tables.slice(random.int(50))) {
        await tx
          .insert(table)
          .values({ id: `t ${round}` })
          .onConflictDoNothing();
      }
    });
    for await (const page of from.$crr.changes({ since: cursor, limit: 1 + random.int(20) })) {
      await to.$crr.apply(page.changes);
      cursor = page.cursor;
    }
  }
  expect(cursor).toBe(await from.$crr.version());
  for (const table of tables) {
    expect(await to.select().from(table).orderBy(table.id)).toEqual(
      await from.select().from(table).orderBy(table.id),
    );
  }
});

test('what is written between the look at the tables and their rows is read, too', async () => {
  const db = await openSite(schema);
  const { connection, drift } = internalsOf(db.$crr);
  await db.insert(tables[0]!).values({ id: 'first' });
  let batches = 0;
  let tablesRead = 0;
  const writing: typeof connection = {
    ...connection,
    async batch(statements, mode) {
      tablesRead = statements.filter(({ sql }) => sql.includes('LEFT JOIN "table_')).length;
      const result = await connection.batch(statements, mode);
      // The first batch reads the schema, or looks at the tables: from then on something is always new.
      if (++batches <= 3) await db.insert(tables[batches]!).values({ id: 'meanwhile' });
      return result;
    },
  };
  const { schema: core } = await drift.pass();
  const beforeSending = async () => false;
  const sites = new SiteStore();
  const parts = { connection: writing, sites, schema: core, drift, beforeSending };
  const { changes, cursor } = await new Feed('changes()', {}, parts).first();
  const all = (await db.$crr.changes()).changes;
  expect(changes.map(identity)).toEqual(
    all.filter((c) => c.db_version <= Number(cursor)).map(identity),
  );
  expect(Number(cursor)).toBeGreaterThan(1);
  expect(batches).toBeGreaterThan(2);
  // Nothing writes any more: only tables with something new are asked.
  const since = (await db.$crr.version()) - 1;
  expect((await new Feed('changes()', { since }, parts).first()).changes.length).toBeGreaterThan(0);
  expect(tablesRead).toBe(1);
});
