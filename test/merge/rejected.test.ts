/** Rows that the database rejects wait with the reason, if their table parks none; everything else is merged. */
import { eq, sql } from 'drizzle-orm';
import { check, integer, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { type Change, crrTable } from '../../src/index.js';
import { describeEachEngine } from '../support/engines.js';
import { migrate, openSite } from '../support/site.js';

const spans = crrTable(
  'spans',
  {
    id: text('id').primaryKey().notNull(),
    low: integer('low'),
    high: integer('high'),
    note: text('note'),
  },
  (t) => [check('ordered', sql`${t.low} < ${t.high}`)],
  { rejected: 'wait' },
);
const DDL =
  'CREATE TABLE spans (id text PRIMARY KEY NOT NULL, low integer, high integer, note text, CHECK (low < high))';
const LOOSE =
  'CREATE TABLE spans (id text PRIMARY KEY NOT NULL, low integer, high integer, note text)';

const strict = (client?: Parameters<typeof openSite>[1], more: readonly string[] = []) =>
  openSite({ spans }, client, { ddl: [DDL, ...more] });
/** A site whose table has no CHECK. */
const loose = () => openSite({ spans }, undefined, { ddl: LOOSE });
type Site = Awaited<ReturnType<typeof strict>>;

const ids = async (site: Site) =>
  (await site.select().from(spans).orderBy(spans.id)).map(({ id }) => id);
const news = async (from: Site, since = 0): Promise<readonly Change[]> =>
  (await from.$crr.changes({ since })).changes;

describeEachEngine('a row that breaks a CHECK', (engine) => {
  test('is set aside, and all other rows are merged in one transaction', async () => {
    const [site, peer] = [await strict(await engine.open()), await loose()];
    const rows = Array.from({ length: 20 }, (_, i) => ({
      id: String(i).padStart(2, '0'),
      low: i === 3 || i === 17 ? 9 : 1,
      high: 5,
    }));
    await peer.insert(spans).values(rows);
    const before = await site.$crr.version();
    const result = await site.$crr.apply(await peer.$crr.changes());
    expect(await ids(site)).toEqual(rows.filter(({ low }) => low === 1).map(({ id }) => id));
    expect(result.inserted).toHaveLength(18);
    const rejected = [
      {
        table: 'spans',
        key: { id: '03' },
        reason: 'CHECK constraint failed: low < high',
        changes: 3,
      },
      {
        table: 'spans',
        key: { id: '17' },
        reason: 'CHECK constraint failed: low < high',
        changes: 3,
      },
    ];
    expect(result).toMatchObject({ pending: 0, rejected });
    expect(await site.$crr.rejected()).toMatchObject(rejected);
    expect(await site.$crr.pendingCount()).toBe(0);
    const versions = new Set((await news(site)).map(({ db_version }) => db_version));
    expect([...versions]).toEqual([before + 1]);
  });
});

test('a later version of the row that keeps the CHECK comes in whole', async () => {
  const [site, peer] = [await strict(), await loose()];
  await peer.insert(spans).values({ id: 'a', low: 9, high: 5, note: 'kept' });
  const { cursor } = await peer.$crr.changes();
  await site.$crr.apply(await peer.$crr.changes());
  await peer.update(spans).set({ low: 2 });
  const later = await peer.$crr.changes({ since: cursor });
  expect(later.changes).toHaveLength(1);
  expect(await site.$crr.apply(later)).toMatchObject({ rejected: [], pending: 0 });
  expect(await site.select().from(spans)).toEqual([{ id: 'a', low: 2, high: 5, note: 'kept' }]);
  expect(await site.$crr.rejected()).toEqual([]);
});

test('a later version that breaks it again is rejected with what was set aside', async () => {
  const [site, peer] = [await strict(), await loose()];
  await peer.insert(spans).values({ id: 'a', low: 9, high: 5 });
  await site.$crr.apply(await peer.$crr.changes());
  await peer.update(spans).set({ high: 6 });
  expect((await site.$crr.apply(await news(peer, 1))).rejected).toMatchObject([{ changes: 3 }]);
  await peer.update(spans).set({ high: 10 });
  await site.$crr.apply(await news(peer, 2));
  expect(await site.select().from(spans)).toMatchObject([{ id: 'a', low: 9, high: 10 }]);
});

test('a merged row of two honest writes is rejected until a local write makes room for it', async () => {
  const [site, peer] = [await strict(), await strict()];
  await site.insert(spans).values({ id: 'a', low: 1, high: 10 });
  await peer.$crr.apply(await site.$crr.changes());
  await peer.update(spans).set({ low: 8 });
  await site.update(spans).set({ high: 5 });
  const page = await news(peer, 1);
  expect((await site.$crr.apply(page)).rejected).toMatchObject([{ key: { id: 'a' }, changes: 1 }]);
  // It is not tried at every apply.
  expect((await site.$crr.apply([])).rejected).toEqual([]);
  await site.update(spans).set({ high: 20 });
  expect(await site.$crr.apply([])).toMatchObject({ updated: [{ key: { id: 'a' } }] });
  expect(await site.select().from(spans)).toMatchObject([{ low: 8, high: 20 }]);
  expect(await site.$crr.rejected()).toEqual([]);
});

test('the same changes again are reported again, and change nothing', async () => {
  const [site, peer] = [await strict(), await loose()];
  await peer.insert(spans).values([
    { id: 'a', low: 9, high: 5 },
    { id: 'b', low: 1, high: 5 },
  ]);
  const page = await news(peer);
  const first = await site.$crr.apply(page);
  const again = await site.$crr.apply(page);
  expect(again.rejected).toEqual(first.rejected);
  expect(again).toMatchObject({ inserted: [], updated: [], pending: 0 });
});

test.each([
  ['a NOT NULL column', 'note text NOT NULL', 'NOT NULL constraint failed: spans.note'],
  [
    'a CHECK that fails for a value',
    "note text CHECK (json_extract(note, '$.x') IS NULL)",
    'malformed JSON',
  ],
])('%s', async (_, column, reason) => {
  const ddl = `CREATE TABLE spans (id text PRIMARY KEY NOT NULL, low integer, high integer, ${column})`;
  const site = await openSite({ spans }, undefined, { ddl });
  const peer = await loose();
  await peer.insert(spans).values([
    { id: 'a', note: reason === 'malformed JSON' ? '{' : null },
    { id: 'b', note: '{}' },
  ]);
  expect((await site.$crr.apply(await peer.$crr.changes())).rejected).toMatchObject([
    { key: { id: 'a' }, reason },
  ]);
  expect(await ids(site)).toEqual(['b']);
});

test.each([
  [
    'a trigger of the application',
    "CREATE TRIGGER no_z BEFORE INSERT ON spans WHEN new.id = 'z' BEGIN SELECT RAISE(ABORT, 'no z here'); END",
    'no z here',
  ],
  [
    'a trigger that rolls back',
    "CREATE TRIGGER no_z BEFORE INSERT ON spans WHEN new.id = 'z' BEGIN SELECT RAISE(ROLLBACK, 'no z here'); END",
    'no z here',
  ],
  [
    'a unique index that the schema does not mention',
    'CREATE UNIQUE INDEX one_note ON spans (note)',
    'UNIQUE constraint failed: spans.note',
  ],
])('%s rejects one row', async (_, ddl, reason) => {
  const [site, peer] = [await strict(undefined, [ddl]), await loose()];
  // Of two rows that exclude each other, the later one is rejected.
  await peer.insert(spans).values([
    { id: 'x', note: 'n' },
    { id: 'y', note: 'm' },
    { id: 'z', note: 'n' },
  ]);
  expect((await site.$crr.apply(await peer.$crr.changes())).rejected).toMatchObject([
    { key: { id: 'z' }, reason },
  ]);
  expect(await ids(site)).toEqual(['x', 'y']);
});

test('a STRICT table rejects a value of another datatype', async () => {
  const ddl = `${LOOSE.replace(/integer/g, 'INTEGER').replace(/text/g, 'TEXT')} STRICT`;
  const [site, peer] = [await openSite({ spans }, undefined, { ddl }), await loose()];
  await peer.$client.execute("INSERT INTO spans (id, low) VALUES ('a', 'many'), ('b', 1)");
  expect((await site.$crr.apply(await peer.$crr.changes())).rejected).toMatchObject([
    { key: { id: 'a' }, reason: 'cannot store TEXT value in INTEGER column spans.low' },
  ]);
  expect(await ids(site)).toEqual(['b']);
});

test('a delete that a trigger refuses is rejected, and done once the trigger is gone', async () => {
  const trigger =
    "CREATE TRIGGER keep BEFORE DELETE ON spans WHEN old.id = 'a' BEGIN SELECT RAISE(ABORT, 'a stays'); END";
  const [site, peer] = [await strict(undefined, [trigger]), await strict()];
  await peer.insert(spans).values([{ id: 'a' }, { id: 'b' }]);
  await site.$crr.apply(await peer.$crr.changes());
  await peer.delete(spans);
  expect((await site.$crr.apply(await news(peer, 1))).rejected).toMatchObject([
    { key: { id: 'a' }, reason: 'a stays' },
  ]);
  expect(await ids(site)).toEqual(['a']);
  await site.$client.execute('DROP TRIGGER keep');
  expect((await site.$crr.retryRejected()).deleted).toEqual([{ table: 'spans', key: { id: 'a' } }]);
  expect(await ids(site)).toEqual([]);
  expect(await site.$crr.rejected()).toEqual([]);
});

test('a row that needs another row of the same batch is not rejected', async () => {
  const trigger =
    "CREATE TRIGGER parent BEFORE INSERT ON spans WHEN new.note IS NOT NULL AND NOT EXISTS (SELECT 1 FROM spans WHERE id = new.note) BEGIN SELECT RAISE(ABORT, 'no parent'); END";
  const [site, peer] = [await strict(undefined, [trigger]), await loose()];
  await peer
    .insert(spans)
    .values([{ id: 'child', note: 'parent' }, { id: 'lost', note: 'nobody' }, { id: 'parent' }]);
  expect((await site.$crr.apply(await peer.$crr.changes())).rejected).toMatchObject([
    { key: { id: 'lost' } },
  ]);
  expect(await ids(site)).toEqual(['child', 'parent']);
});

test("with onUnknown: 'error' the batch is refused with the database's error", async () => {
  const [site, peer] = [await strict(), await loose()];
  await peer.insert(spans).values([
    { id: 'a', low: 9, high: 5 },
    { id: 'b', low: 1, high: 5 },
  ]);
  const applied = site.$crr.apply(await peer.$crr.changes(), { onUnknown: 'error' });
  await expect(applied).rejects.toThrow(/CHECK constraint failed/);
  expect(await ids(site)).toEqual([]);
  expect(await site.$crr.rejected()).toEqual([]);
});

test("with onUnknown: 'error' what waited and is rejected refuses no other batch", async () => {
  const [site, peer] = [await strict(), await loose()];
  await peer.insert(spans).values({ id: 'a', low: 9, high: 5 });
  await site.$crr.apply(await peer.$crr.changes());
  await site.$client.execute("UPDATE crr_pending SET reason = ''"); // as a migration does
  await peer.insert(spans).values({ id: 'b', low: 1, high: 5 });
  const result = await site.$crr.apply(await news(peer, 1), { onUnknown: 'error' });
  expect(result.inserted).toEqual([{ table: 'spans', key: { id: 'b' } }]);
  expect(result.rejected).toMatchObject([{ key: { id: 'a' }, changes: 3 }]);
  expect(await site.$crr.rejected()).toHaveLength(1);
});

test('more rows than one apply looks at are decided by the next ones', async () => {
  const [site, peer] = [await strict(), await loose()];
  await peer
    .insert(spans)
    .values(
      Array.from({ length: 400 }, (_, i) => ({ id: String(i), low: i % 2 ? 9 : 1, high: 5 })),
    );
  await site.$crr.apply(await peer.$crr.changes());
  for (let i = 0; i < 6; i++) await site.$crr.apply([]);
  expect(await ids(site)).toHaveLength(200);
  expect(await site.$crr.rejected()).toHaveLength(200);
  expect(await site.$crr.pendingCount()).toBe(0);
});

test('a process that does not know of rejected rows tries them when their row changes', async () => {
  const [site, peer] = [await strict(), await loose()];
  await peer.insert(spans).values([
    { id: 'a', low: 9, high: 5, note: 'kept' },
    { id: 'b', low: 1, high: 5 },
  ]);
  const other = await migrate(site, spans);
  await other.$crr.apply([]); // Now it knows that nothing waits.
  await site.$crr.apply(await peer.$crr.changes());
  await peer.update(spans).set({ low: 2 }).where(eq(spans.id, 'a'));
  await other.$crr.apply(await news(peer, 1));
  await other.$crr.apply([]);
  expect(await site.select().from(spans)).toContainEqual({
    id: 'a',
    low: 2,
    high: 5,
    note: 'kept',
  });
});

// superfly/corrosion#261: schemas that differ between nodes.
const draft = crrTable('t', { id: text('id').primaryKey().notNull(), n: integer('n') });
const v1 = crrTable('t', { id: text('id').primaryKey().notNull() });
const v2 = crrTable('t', { id: text('id').primaryKey().notNull(), n: integer('n') }, (t) => [
  check('positive', sql`${t.n} > 0`),
]);

test('a change that waits and breaks a constraint of its new column lets install() pass', async () => {
  const [peer, old] = [await openSite({ draft }), await openSite({ v1 })];
  await peer.insert(draft).values([
    { id: 'r', n: -1 },
    { id: 's', n: 1 },
  ]);
  expect((await old.$crr.apply(await peer.$crr.changes())).pending).toBe(2);
  await old.$client.execute('ALTER TABLE t ADD COLUMN n integer CHECK (n > 0)');
  const site = await migrate(old, v2);
  const rows = await site.select().from(v2).orderBy(v2.id);
  expect(rows).toEqual([{ id: 's', n: 1 }]);
  expect(await site.$crr.rejected()).toMatchObject([
    { table: 't', key: { id: 'r' }, reason: 'CHECK constraint failed: n > 0' },
  ]);
  await site.insert(v2).values({ id: 'mine', n: 1 });
  await peer.update(draft).set({ n: 7 }).where(eq(draft.id, 'r'));
  await site.$crr.apply(await news2(peer));
  expect(await site.select().from(v2).where(eq(v2.id, 'r'))).toEqual([{ id: 'r', n: 7 }]);
  expect(await site.$crr.rejected()).toEqual([]);
});
const news2 = async (from: { $crr: Site['$crr'] }) => (await from.$crr.changes()).changes;
