import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { SiteStore } from '../../src/database/site-store.js';
import { libsqlConnection } from '../../src/engines/libsql.js';
import { crrTable } from '../../src/index.js';
import { packKey } from '../../src/model/packed-key.js';
import { openSite } from '../support/site.js';

const notes = crrTable('notes', { id: text('id').primaryKey() });

test('a directory that is forgotten during a read is not lost to the reader', async () => {
  const db = await openSite({ notes });
  const connection = libsqlConnection(db.$client);
  const slow = {
    ...connection,
    async batch(...args: Parameters<typeof connection.batch>) {
      const results = await connection.batch(...args);
      await new Promise((resolve) => setImmediate(resolve));
      return results;
    },
  };
  const store = new SiteStore();
  await store.directory(slow);
  const reading = store.state(slow);
  store.forget();
  const { directory, dbVersion } = await reading;
  expect(directory.localId).toEqual(await db.$crr.siteId());
  expect(dbVersion).toBe(0);
});

/** As if so many sites had written here once. */
async function withSites(count: number) {
  const db = await openSite({ notes });
  await db.$client.execute(
    `INSERT INTO crr_site (site_id) SELECT randomblob(16) FROM json_each('[${Array(count).fill(0)}]')`,
  );
  return db;
}

/** A connection that counts the rows of crr_site that its queries return. */
function counting(db: Awaited<ReturnType<typeof withSites>>) {
  const connection = libsqlConnection(db.$client);
  const counts = { rows: 0, batches: 0 };
  const batch: typeof connection.batch = async (statements, mode) => {
    const results = await connection.batch(statements, mode);
    counts.batches++;
    statements.forEach(({ sql }, i) => {
      if (sql.startsWith('SELECT ordinal')) counts.rows += results[i]!.length;
    });
    return results;
  };
  return { connection: { ...connection, batch }, counts };
}

const siteIdsIn = async (db: Awaited<ReturnType<typeof withSites>>, where: string) => {
  const { rows } = await db.$client.execute(`SELECT site_id FROM crr_site WHERE ${where}`);
  return rows.map((row) => new Uint8Array(row[0] as ArrayBuffer));
};

test('of many sites only those that are met are read', async () => {
  const db = await withSites(50_000);
  const { connection, counts } = counting(db);
  const store = new SiteStore();
  const { directory } = await store.state(connection);
  expect(directory.greatest).toBe(50_001);
  expect(counts.rows).toBeLessThan(10);
  const met = await siteIdsIn(db, 'ordinal IN (7, 20000)');
  const withMet = await store.directory(connection, met);
  expect(met.map((id) => withMet.ordinalOf(id))).toEqual([7, 20_000]);
  expect(counts.rows).toBeLessThan(12);
  const { batches } = counts;
  await store.directory(connection, met);
  expect(counts.batches).toBe(batches);
});

test('more sites than are kept in memory can be met at once, and later ones find room', async () => {
  const db = await withSites(5_000);
  const { connection } = counting(db);
  const store = new SiteStore();
  const all = await siteIdsIn(db, 'ordinal <= 4000 ORDER BY ordinal');
  const directory = await store.directory(connection, all);
  expect(all.map((id) => directory.ordinalOf(id))).toEqual(all.map((_, i) => i + 1));
  const [last] = await siteIdsIn(db, 'ordinal = 4500');
  const next = await store.directory(connection, [last!]);
  expect(next.ordinalOf(last!)).toBe(4_500);
  expect(next.size).toBeLessThan(20);
});

test('a small database is known completely, so that a new site costs no look', async () => {
  const db = await withSites(5);
  const { connection, counts } = counting(db);
  const store = new SiteStore();
  await store.directory(connection);
  await store.directory(connection, [new Uint8Array(16).fill(1)]);
  expect(counts.batches).toBe(1);
});

test('ids of a page that are not known are read after it, those of another database never', async () => {
  const [db, other] = [await withSites(3_000), await withSites(3_000)];
  const { connection } = counting(db);
  const store = new SiteStore();
  const [expected] = await siteIdsIn(db, 'ordinal = 77');
  const found = await store.read(connection, [], [], (_, sites) => [sites.idOf(77), sites.idOf(0)]);
  expect(found).toEqual([expected, new Uint8Array(16)]);
  // Between the page and the look at its sites, another file takes the place of this one.
  let calls = 0;
  const replaced = {
    ...connection,
    batch: ((...args) =>
      (calls++ === 0 ? connection : libsqlConnection(other.$client)).batch(
        ...args,
      )) as typeof connection.batch,
  };
  const [expectedOther] = await siteIdsIn(other, 'ordinal = 99');
  const fromOther = await store.read(replaced, [], [], (_, sites) => sites.idOf(99));
  expect(fromOther).toEqual(expectedOther);
});

test('an ordinal that stands for no site is named', async () => {
  const db = await withSites(3);
  const { connection } = counting(db);
  await expect(
    new SiteStore().read(connection, [], [], (_, sites) => sites.idOf(9)),
  ).rejects.toThrow('no site has the ordinal 9');
});

test('changes of thousands of sites are merged and read with the sites that made them', async () => {
  const [a, b] = [await openSite({ notes }), await withSites(3_000)];
  const changes = Array.from({ length: 2_500 }, (_, i) => ({
    table: 'notes',
    pk: packKey([`note ${i}`]),
    cid: '-1',
    val: null,
    col_version: 1,
    db_version: 1,
    site_id: new Uint8Array(16).map((_, at) =>
      at === 0 ? 1 : at === 1 ? i >> 8 : at === 2 ? i & 255 : 7,
    ),
    cl: 1,
    seq: 0,
  }));
  await a.$crr.apply(changes);
  await b.$crr.apply((await a.$crr.changes()).changes);
  await b.$crr.apply((await a.$crr.changes()).changes);
  const sites = async (db: typeof a) =>
    (await db.$crr.changes()).changes.map(({ pk, site_id }) => `${pk} ${site_id}`).sort();
  expect(await sites(b)).toEqual(changes.map(({ pk, site_id }) => `${pk} ${site_id}`).sort());
  expect(await sites(a)).toEqual(await sites(b));
});

test('two readers at the beginning agree', async () => {
  const db = await openSite({ notes });
  const [a, b, c] = await Promise.all([db.$crr.siteId(), db.$crr.siteId(), db.$crr.version()]);
  expect(a).toEqual(b);
  expect(c).toBe(0);
});
