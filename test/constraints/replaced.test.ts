/** Rows that INSERT OR REPLACE deletes get a tombstone, and no others do. */
import { eq, sql } from 'drizzle-orm';
import { type AnySQLiteColumn, integer, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { crrTable } from '../../src/index.js';
import { openSite } from '../support/site.js';

const users = crrTable('users', { id: text('id').primaryKey().notNull() });
const profiles = crrTable('profiles', {
  id: text('id').primaryKey().notNull(),
  user: text('user')
    .notNull()
    .unique()
    .references(() => users.id, { onDelete: 'cascade' }),
});
const schema = { users, profiles };

test('a row that is parked after OR IGNORE has met it is not taken for replaced', async () => {
  const [here, there] = [await openSite(schema), await openSite(schema)];
  await here.insert(users).values([{ id: 'u1' }, { id: 'u2' }]);
  await there.$crr.apply(await here.$crr.changes());
  await here.insert(profiles).values({ id: 'p1', user: 'u1' });
  // It may replace p1, and does not.
  await here.run(sql`INSERT OR IGNORE INTO profiles (id, user) VALUES ('p2', 'u1')`);
  await there.delete(users).where(eq(users.id, 'u1'));
  const { parked } = await here.$crr.apply(await there.$crr.changes());
  expect(parked).toMatchObject([{ key: { id: 'p1' }, reason: 'reference' }]);
  await here.insert(profiles).values({ id: 'p3', user: 'u2' });
  await here.insert(users).values({ id: 'u1' });
  await here.$crr.apply([]);
  await there.$crr.apply(await here.$crr.changes());
  for (const site of [here, there]) {
    expect(await site.select().from(profiles).orderBy(profiles.id)).toEqual([
      { id: 'p1', user: 'u1' },
      { id: 'p3', user: 'u2' },
    ]);
  }
});

const id = () => text('id').primaryKey().notNull();

// Each of a team and its lead needs the other.
const people = crrTable('people', {
  id: id(),
  team: text('team').references((): AnySQLiteColumn => teams.id, { onDelete: 'cascade' }),
  email: text('email').unique(),
  phone: text('phone').unique(),
  boss: text('boss')
    .unique()
    .references((): AnySQLiteColumn => people.id, { onDelete: 'set null' }),
});
const teams = crrTable('teams', {
  id: id(),
  lead: text('lead').references(() => people.id, { onDelete: 'cascade' }),
});
const folders = crrTable('folders', {
  id: id(),
  parent: text('parent').references((): AnySQLiteColumn => folders.id, { onDelete: 'cascade' }),
  name: text('name'),
});
const seats = crrTable('seats', {
  id: integer('id').primaryKey().notNull(),
  number: integer('number').unique(),
  room: text('room').notNull(),
});
const office = { people, teams, folders, seats };

/** Two sites with the same rows. */
async function sitesWith(...statements: string[]) {
  const [here, there] = [await openSite(office), await openSite(office)];
  for (const statement of statements) await here.run(sql.raw(statement));
  await there.$crr.apply(await here.$crr.changes());
  return { here, there };
}

type Office = Awaited<ReturnType<typeof sitesWith>>['here'];

/** Runs a statement at one site. @returns the ids of a table's rows, which are the same at both sites then. */
async function idsAfter(
  { here, there }: { readonly here: Office; readonly there: Office },
  table: keyof typeof office,
  statement: string,
) {
  await here.run(sql.raw(statement));
  await there.$crr.apply(await here.$crr.changes());
  const rowsOf = (site: Office) =>
    site.all<{ id: string }>(sql.raw(`SELECT * FROM ${table} ORDER BY id`));
  const rows = await rowsOf(here);
  expect(await rowsOf(there)).toEqual(rows);
  return rows.map((row) => row.id);
}

describe('a replaced row gets a tombstone', () => {
  test('if what it takes along includes the row whose key is changed', async () => {
    const sites = await sitesWith(
      `INSERT INTO people (id) VALUES ('ann'), ('bob')`,
      `INSERT INTO teams (id, lead) VALUES ('t', 'bob')`,
      `UPDATE people SET team = 't' WHERE id = 'ann'`,
    );
    const update = `UPDATE OR REPLACE people SET id = 'bob' WHERE id = 'ann'`;
    expect(await idsAfter(sites, 'people', update)).toEqual([]);
  });

  test('if that happens in a tree without unique indexes', async () => {
    const sites = await sitesWith(
      `INSERT INTO folders (id, parent) VALUES ('root', NULL), ('sub', 'root'), ('other', NULL)`,
    );
    const update = `UPDATE OR REPLACE folders SET id = 'root' WHERE id = 'sub'`;
    expect(await idsAfter(sites, 'folders', update)).toEqual(['other']);
  });

  // SQLite replaces them in the order of the indexes.
  test.each(['bob', 'eve', 'kim'])(
    'if several are replaced, of which %s takes along the row that is updated',
    async (lead) => {
      const sites = await sitesWith(
        `INSERT INTO people (id, email) VALUES ('bob', NULL), ('eve', 'e')`,
        `INSERT INTO people (id, phone) VALUES ('kim', 'k')`,
        `INSERT INTO teams (id, lead) VALUES ('t', '${lead}')`,
        `INSERT INTO people (id, team) VALUES ('ann', 't')`,
      );
      await sites.here.run(
        sql`UPDATE OR REPLACE people SET id = 'bob', email = 'e', phone = 'k' WHERE id = 'ann'`,
      );
      // No trigger sees what is replaced after the row itself is gone: the next apply looks.
      await sites.here.$crr.apply([]);
      expect(await idsAfter(sites, 'people', 'SELECT 1')).toEqual([]);
    },
  );

  test.each(['bob', 'eve'])(
    'if two are replaced, of which %s takes along a row of the table',
    async (lead) => {
      const sites = await sitesWith(
        `INSERT INTO people (id, email) VALUES ('bob', 'e')`,
        `INSERT INTO people (id, phone) VALUES ('eve', 'p')`,
        `INSERT INTO teams (id, lead) VALUES ('t', '${lead}')`,
        `INSERT INTO people (id, team) VALUES ('kim', 't')`,
      );
      const insert = `INSERT OR REPLACE INTO people (id, email, phone) VALUES ('ann', 'e', 'p')`;
      expect(await idsAfter(sites, 'people', insert)).toEqual(['ann']);
    },
  );

  test.each(['bob', 'eve'])(
    'if two are replaced, and a unique reference to %s is set to NULL',
    async (boss) => {
      const sites = await sitesWith(
        `INSERT INTO people (id, email) VALUES ('bob', 'e')`,
        `INSERT INTO people (id, phone) VALUES ('eve', 'p')`,
        `INSERT INTO people (id, boss) VALUES ('kim', '${boss}')`,
      );
      const insert = `INSERT OR REPLACE INTO people (id, email, phone) VALUES ('ann', 'e', 'p')`;
      expect(await idsAfter(sites, 'people', insert)).toEqual(['ann', 'kim']);
    },
  );

  test('of its own, if one statement replaces two', async () => {
    const sites = await sitesWith(
      `INSERT INTO people (id, email) VALUES ('bob', 'e')`,
      `INSERT INTO people (id, phone) VALUES ('eve', 'p')`,
    );
    const since = await sites.here.$crr.version();
    const insert = `INSERT OR REPLACE INTO people (id, email, phone) VALUES ('ann', 'e', 'p')`;
    expect(await idsAfter(sites, 'people', insert)).toEqual(['ann']);
    const { changes } = await sites.here.$crr.changes();
    const deaths = changes.filter(({ cl }) => cl === 2);
    const places = deaths.map(({ db_version, seq }) => `${db_version}:${seq}`);
    expect(new Set(places).size).toBe(2);
    expect(deaths.every(({ db_version }) => Number(db_version) > Number(since))).toBe(true);
  });

  test('if its key is that which SQLite shows before it numbers a row', async () => {
    const sites = await sitesWith(`INSERT INTO seats (id, number, room) VALUES (-1, 1, 'a')`);
    const insert = `INSERT OR REPLACE INTO seats (number, room) VALUES (1, 'b')`;
    expect(await idsAfter(sites, 'seats', insert)).toEqual([0]);
  });
});

describe('a row that an upsert has met', () => {
  const upsert = `INSERT INTO people (id, email) VALUES ('new', 'e') ON CONFLICT (email) DO UPDATE SET phone = 'p'`;

  test('keeps its cells if its key is changed later', async () => {
    const sites = await sitesWith(`INSERT INTO people (id, email) VALUES ('ann', 'e')`, upsert);
    const update = `UPDATE people SET id = 'bob' WHERE id = 'ann'`;
    expect(await idsAfter(sites, 'people', update)).toEqual(['bob']);
  });

  test('is deleted once', async () => {
    const sites = await sitesWith(`INSERT INTO people (id, email) VALUES ('ann', 'e')`, upsert);
    await idsAfter(sites, 'people', `DELETE FROM people WHERE id = 'ann'`);
    const { changes } = await sites.here.$crr.changes();
    expect(changes).toMatchObject([{ cid: '-1', cl: 2 }]);
  });
});

describe('a row that is gone though no trigger has seen it', () => {
  /** Both sites have the row; then it is gone `here`. */
  async function sitesWithLost() {
    const { here, there } = await sitesWith(
      `INSERT INTO seats (id, number, room) VALUES (1, 1, 'a'), (2, 2, 'b')`,
    );
    await here.run(sql`UPDATE crr_state SET applying = 1`);
    await here.run(sql`DELETE FROM seats WHERE id = 1`);
    await here.run(sql`UPDATE crr_state SET applying = 0`);
    return { here, there };
  }

  test('is not told', async () => {
    const { here } = await sitesWithLost();
    const fresh = await openSite(office);
    await fresh.$crr.apply(await here.$crr.changes());
    expect(await fresh.select().from(seats)).toEqual([{ id: 2, number: 2, room: 'b' }]);
  });

  test('keeps no other change from being applied', async () => {
    const { here, there } = await sitesWithLost();
    await there.update(seats).set({ number: 3 }).where(eq(seats.id, 1));
    await there.update(seats).set({ number: 4 }).where(eq(seats.id, 2));
    const { changes } = await there.$crr.changes();
    // The cell alone lacks others that may not be NULL.
    const isNews = ({ cid }: { cid: string }) => cid === 'number';
    for (const batch of [changes.filter(isNews), changes]) {
      const { rejected, pending } = await here.$crr.apply(batch);
      expect({ rejected, pending }).toEqual({ rejected: [], pending: 0 });
    }
    expect(await here.select().from(seats)).toContainEqual({ id: 2, number: 4, room: 'b' });
  });

  test('gets a tombstone from install()', async () => {
    const { here, there } = await sitesWithLost();
    await here.$crr.install();
    await there.$crr.apply(await here.$crr.changes());
    expect(await there.select().from(seats)).toEqual([{ id: 2, number: 2, room: 'b' }]);
  });
});
