/** Changes that are valid but early: nothing is refused, nothing is lost, nothing half-applied. */
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { type Change, crrTable, withCrr } from '../../src/index.js';
import { memoryClient } from '../support/client.js';
import { createTableSql } from '../support/create-table.js';
import { exchange, openSite } from '../support/site.js';

const strict = crrTable('items', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  price: integer('price').notNull(),
  note: text('note'),
});
const narrow = crrTable('items', { id: text('id').primaryKey(), name: text('name').notNull() });
const later = crrTable('later', { id: integer('id').primaryKey(), v: text('v') });

const ROW = { id: 'a', name: 'n', price: 1, note: 'x' };

async function source() {
  const db = await openSite({ strict });
  await db.insert(strict).values(ROW);
  return db;
}

/** All orders of a few things. */
function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
  );
}

describe('a row that lacks a NOT NULL cell', () => {
  test('waits, cell by cell in every order, until it is complete', async () => {
    const { changes } = await (await source()).$crr.changes();
    for (const order of permutations(changes)) {
      const db = await openSite({ strict });
      const required = new Set(['name', 'price']);
      for (const change of order) {
        const result = await db.$crr.apply([change]);
        required.delete(change.cid);
        const label = order.map((c) => c.cid).join();
        expect(await db.$count(strict), label).toBe(required.size === 0 ? 1 : 0);
        expect(result.pending, label).toBe(required.size === 0 ? 0 : 1);
      }
      expect(await db.select().from(strict)).toEqual([ROW]);
      expect(await db.$crr.pendingCount()).toBe(0);
      const { changes: feed } = await db.$crr.changes();
      expect(feed.map(({ cid, val }) => [cid, val]).sort()).toEqual(
        changes.map(({ cid, val }) => [cid, val]).sort(),
      );
    }
  });

  test('tells when it came in, and how many cells won', async () => {
    const [name, price, note] = (await (await source()).$crr.changes()).changes as unknown as [
      Change,
      Change,
      Change,
    ];
    const db = await openSite({ strict });
    expect(await db.$crr.apply([name, note])).toMatchObject({
      inserted: [],
      updated: [],
      deleted: [],
      cellsWon: 0,
      cellsIgnored: 0,
      pending: 2,
    });
    expect(await db.$crr.pendingCount()).toBe(2);
    expect((await db.$crr.changes()).changes).toHaveLength(0);
    expect(await db.$crr.apply([price])).toMatchObject({
      inserted: [{ table: 'items', key: { id: 'a' } }],
      cellsWon: 3,
      cellsIgnored: 0,
      pending: 0,
    });
  });

  test('its newer versions replace those that wait', async () => {
    const from = await source();
    const {
      changes: [name],
    } = await from.$crr.changes();
    await from.update(strict).set({ name: 'newer' });
    const newer = (await from.$crr.changes()).changes.find(({ cid }) => cid === 'name')!;
    const rest = (await from.$crr.changes()).changes.filter(({ cid }) => cid !== 'name');
    for (const order of [
      [name!, newer],
      [newer, name!],
    ]) {
      const db = await openSite({ strict });
      for (const change of order) await db.$crr.apply([change]);
      expect(await db.$crr.pendingCount()).toBe(1);
      await db.$crr.apply(rest);
      expect(await db.select().from(strict)).toEqual([{ ...ROW, name: 'newer' }]);
    }
  });

  test('meanwhile deleted: what waits is dropped, and does not come back', async () => {
    const from = await source();
    const {
      changes: [name, ...rest],
    } = await from.$crr.changes();
    await from.delete(strict);
    const { changes: deletion } = await from.$crr.changes();
    const db = await openSite({ strict });
    await db.$crr.apply([name!]);
    await db.$crr.apply(deletion);
    expect(await db.$crr.pendingCount()).toBe(0);
    await db.$crr.apply(rest);
    await db.$crr.apply([name!, ...rest]);
    expect(await db.$count(strict)).toBe(0);
    expect(await db.$crr.pendingCount()).toBe(0);
  });

  test('meanwhile in a newer life: the old one is dropped, the new one waits', async () => {
    const from = await source();
    const {
      changes: [name, price],
    } = await from.$crr.changes();
    await from.delete(strict);
    await from.insert(strict).values({ ...ROW, name: 'second life' });
    const { changes: second } = await from.$crr.changes();
    for (const sentinelFirst of [true, false]) {
      const db = await openSite({ strict });
      await db.$crr.apply([name!]);
      const parts = second.filter(({ cid }) => cid !== 'price');
      for (const change of sentinelFirst ? parts : [...parts].reverse())
        await db.$crr.apply([change]);
      await db.$crr.apply([price!]);
      expect(await db.$count(strict)).toBe(0);
      await db.$crr.apply(second.filter(({ cid }) => cid === 'price'));
      expect(await db.select().from(strict)).toEqual([{ ...ROW, name: 'second life' }]);
      expect(await db.$crr.pendingCount()).toBe(0);
      await exchange(db, from);
      expect(await from.select().from(strict)).toEqual(await db.select().from(strict));
    }
  });

  test('what waited and is let in with its row keeps its writer, and the row is new', async () => {
    const [first, second] = [await source(), await openSite({ strict })];
    await first.transaction(async (tx) => {
      for (const id of ['b', 'c', 'd']) await tx.insert(strict).values({ ...ROW, id });
    });
    await exchange(first, second);
    await second.update(strict).set({ note: 'theirs' }).where(eq(strict.id, 'd'));
    const db = await openSite({ strict });
    await db.$crr.apply(await second.$crr.changes({ site: await second.$crr.siteId() }));
    const result = await db.$crr.apply(await first.$crr.changes());
    expect(result).toMatchObject({ inserted: { length: 4 }, updated: [] });
    const [note] = (await db.$crr.changes()).changes.filter(({ val }) => val === 'theirs');
    expect(note!.site_id).toEqual(await second.$crr.siteId());
    const excludeSite = await first.$crr.siteId();
    await first.$crr.apply(await db.$crr.changes({ excludeSite }));
    expect(await first.select().from(strict)).toEqual(await db.select().from(strict));
  });

  test('left by another process, completed by a write of this one: apply([]) lets it in', async () => {
    const from = await source();
    await from.update(strict).set({ name: 'theirs' });
    const name = (await from.$crr.changes()).changes.find(({ cid }) => cid === 'name')!;
    const one = await openSite({ strict });
    const two = withCrr(drizzle({ client: one.$client }), { schema: { strict } });
    await two.$crr.apply([]);
    await one.$crr.apply([name]);
    await two.insert(strict).values({ id: 'a', name: 'mine', price: 9 });
    await two.$crr.apply([]);
    expect(await two.select().from(strict)).toMatchObject([{ name: 'theirs', price: 9 }]);
    expect(await one.$crr.pendingCount()).toBe(0);
  });

  test('meanwhile inserted here: both merge as concurrent writes', async () => {
    const from = await source();
    await from.update(strict).set({ name: 'theirs, written twice' });
    const name = (await from.$crr.changes()).changes.find(({ cid }) => cid === 'name')!;
    const db = await openSite({ strict });
    await db.$crr.apply([name]);
    await db.insert(strict).values({ id: 'a', name: 'mine', price: 9 });
    await db.$crr.apply([]); // Lets in what can be by now.
    expect(await db.select().from(strict)).toMatchObject([
      { name: 'theirs, written twice', price: 9 },
    ]);
    expect(await db.$crr.pendingCount()).toBe(0);
    await exchange(db, from);
    expect(await from.select().from(strict)).toEqual(await db.select().from(strict));
  });
});

describe.each(['INSERT', 'INSERT OR IGNORE', 'INSERT OR REPLACE', 'UPDATE', 'pinned'])(
  'a row that waits and is then created here by %s',
  (how) => {
    test('merges with the next apply, and both sites agree', async () => {
      const from = await openSite({ strict });
      await from.insert(strict).values([ROW, { ...ROW, id: 'b' }]);
      await from.update(strict).set({ name: 'theirs', note: 'theirs' });
      const { changes: all } = await from.$crr.changes();
      const db = await openSite({ strict });
      await db.$crr.apply(all.filter(({ cid }) => cid !== 'price'));
      expect(await db.$crr.pendingCount()).toBe(4);
      const version = await db.$crr.version();
      const values = { id: 'a', name: 'mine', price: 7 };
      if (how === 'pinned') await db.transaction((tx) => tx.insert(strict).values(values));
      else if (how === 'UPDATE') {
        await db.insert(strict).values({ ...values, id: 'other' });
        await db.update(strict).set({ id: 'a' });
      } else {
        await db.$client.execute(`${how} INTO items (id, name, price) VALUES ('a', 'mine', 7)`);
      }
      await db.$crr.apply([]);
      expect(await db.select().from(strict)).toEqual([
        { id: 'a', name: 'theirs', price: 7, note: 'theirs' },
      ]);
      expect(await db.$crr.pendingCount()).toBe(2);
      const { rows } = await db.$client.execute('SELECT applying, in_transaction FROM crr_state');
      expect([rows[0]!.applying, rows[0]!.in_transaction]).toEqual([0, 0]);
      // What merged is in the feed, after the cursor that a peer had before.
      const { changes: news } = await db.$crr.changes({
        since: version,
        site: await from.$crr.siteId(),
      });
      expect(news.map(({ cid }) => cid).sort()).toEqual(['name', 'note']);
      await exchange(db, from);
      expect(await from.select().from(strict)).toEqual(await db.select().from(strict));
      // A later local write is stamped as ever.
      await db.update(strict).set({ note: 'last' });
      await from.$crr.apply(await db.$crr.changes());
      expect(await from.select().from(strict)).toEqual(await db.select().from(strict));
    });
  },
);

describe('a table or column that is not here yet', () => {
  test('waits, and is applied by install() with the newer schema', async () => {
    const from = await openSite({ strict, later });
    await from.insert(strict).values(ROW);
    await from.insert(later).values([
      { id: 1, v: 'one' },
      { id: 2, v: 'two' },
    ]);
    await from.delete(later);
    await from.insert(later).values({ id: 2, v: 'again' });
    const { changes } = await from.$crr.changes();

    const db = await openSite({ narrow });
    const result = await db.$crr.apply(changes);
    expect(result).toMatchObject({ inserted: [{ table: 'items' }], cellsWon: 1 });
    expect(result.pending).toBe(changes.length - 1);
    expect(await db.select().from(narrow)).toEqual([{ id: 'a', name: 'n' }]);
    expect(await db.$crr.pendingCount()).toBe(changes.length - 1);
    // What waits is no news the second time.
    expect(await db.$crr.apply(changes)).toMatchObject({ cellsWon: 0, pending: 0 });

    await db.$client.execute('ALTER TABLE items ADD COLUMN price integer NOT NULL DEFAULT 0');
    await db.$client.execute('ALTER TABLE items ADD COLUMN note text');
    await db.$client.execute(createTableSql(later));
    const wide = crrTable('items', {
      id: text('id').primaryKey(),
      name: text('name').notNull(),
      price: integer('price').notNull().default(0),
      note: text('note'),
    });
    const migrated = withCrr(drizzle({ client: db.$client }), { schema: { wide, later } });
    await migrated.$crr.install();
    expect(await migrated.select().from(wide)).toEqual([ROW]);
    expect(await migrated.select().from(later)).toEqual([{ id: 2, v: 'again' }]);
    expect(await migrated.$crr.pendingCount()).toBe(0);
    const third = await openSite({ strict, later });
    await third.$crr.apply(await migrated.$crr.changes());
    expect(await third.select().from(strict)).toEqual([ROW]);
    expect(await third.select().from(later)).toEqual([{ id: 2, v: 'again' }]);
  });

  test('a row deleted meanwhile stays deleted when its column arrives', async () => {
    const from = await source();
    const db = await openSite({ narrow });
    await db.$crr.apply(await from.$crr.changes());
    await db.delete(narrow);
    await db.$client.execute('ALTER TABLE items ADD COLUMN note text');
    const wide = crrTable('items', {
      id: text('id').primaryKey(),
      name: text('name').notNull(),
      note: text('note'),
    });
    const migrated = withCrr(drizzle({ client: db.$client }), { schema: { wide } });
    await migrated.$crr.install();
    expect(await migrated.$count(wide)).toBe(0);
    // The price still waits for its column; its row is dead, so it need not.
    expect(await migrated.$crr.pendingCount()).toBe(0);
  });
});

test('what completes another process’s row does not fail an apply that is committed', async () => {
  const client = memoryClient();
  const ddl =
    "CREATE TABLE items (id TEXT PRIMARY KEY, name TEXT NOT NULL, price INTEGER NOT NULL, note TEXT, CHECK (name <> 'bad'))";
  const db = await openSite({ strict }, client, { ddl });
  const otherProcess = withCrr(drizzle({ client: client }), { schema: { strict } });
  const from = await openSite({ strict });
  await from.insert(strict).values([ROW, { ...ROW, id: 'b', name: 'bad' }, { ...ROW, id: 'c' }]);
  const { changes } = await from.$crr.changes();
  const isOf = (id: string) => (change: Change) => Buffer.from(change.pk).includes(id);
  // Once applied, it knows that nothing waits.
  await db.$crr.apply(changes.filter(isOf('c')));
  const isName = ({ cid }: Change) => cid === 'name';
  await otherProcess.$crr.apply(changes.filter(isOf('b')).filter(isName));
  const rest = changes.filter(
    (change) => isOf('a')(change) || (isOf('b')(change) && !isName(change)),
  );
  const { inserted, rejected } = await db.$crr.apply(rest);
  expect(inserted).toEqual([{ table: 'items', key: { id: 'a' } }]);
  expect(rejected).toMatchObject([{ table: 'items', key: { id: 'b' } }]);
  expect(await db.$count(strict)).toBe(2);
});
