/** Rows that break a constraint on one side are named, and stop neither the rest of a sync nor other clients. */
import { eq, sql } from 'drizzle-orm';
import { check, integer, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { crrTable } from '../../../src/index.js';
import { createSync, createSyncHandler, type SyncEvent } from '../../../src/sync/index.js';
import { Random } from '../../support/random.js';
import { openSite } from '../../support/site.js';

const spans = crrTable(
  'spans',
  {
    id: text('id').primaryKey().notNull(),
    owner: text('owner'),
    low: integer('low'),
    high: integer('high'),
  },
  (t) => [check('ordered', sql`${t.low} < ${t.high}`)],
  { rejected: 'wait' },
);
const files = crrTable('files', { id: text('id').primaryKey().notNull(), name: text('name') });
const schema = { spans, files };
const FILES = 'CREATE TABLE files (id text PRIMARY KEY NOT NULL, name text)';
const SPANS =
  'CREATE TABLE spans (id text PRIMARY KEY NOT NULL, owner text, low integer, high integer';
const strict = () => openSite(schema, undefined, { ddl: [FILES, `${SPANS}, CHECK (low < high))`] });
const loose = () => openSite(schema, undefined, { ddl: [FILES, `${SPANS})`] });
type Site = Awaited<ReturnType<typeof strict>>;

/** Everybody may write everything, or only rows of their own. */
const RIGHTS = {
  public: () => ({ id: 'ann', forward: true }),
  limited: () => ({
    id: 'ann',
    tables: { spans: { where: eq(spans.owner, 'ann') }, files: true as const },
  }),
};

const connect = (db: Site, server: Site, rights: keyof typeof RIGHTS) =>
  createSync({
    db,
    fetch: createSyncHandler({
      db: server,
      authorize: RIGHTS[rights],
      onError: (error) => console.error(error),
    }),
    retry: { attempts: 1 },
  });
const idsOf = async (db: Site) => (await db.select().from(files)).map(({ id }) => id);

describe.each(['public', 'limited'] as const)('with %s rights', (rights) => {
  test('two honest writes that break a CHECK together stop nothing else', async () => {
    const [server, device] = [await strict(), await strict()];
    const sync = connect(device, server, rights);
    await device.insert(spans).values({ id: 's', owner: 'ann', low: 1, high: 10 });
    await sync.sync();
    await device.update(spans).set({ low: 8 });
    await server.update(spans).set({ high: 5 });
    await server.insert(files).values({ id: 'of the server' });
    await device.insert(files).values({ id: 'of the device' });
    const events: SyncEvent[] = [];
    sync.subscribe((event) => {
      if (event.type === 'rejected') events.push(event);
    });
    const result = await sync.sync();
    const row = { table: 'spans', key: { id: 's' } };
    expect(result).toMatchObject({
      rejected: 2,
      rejectedRows: [
        { ...row, by: 'server' },
        { ...row, by: 'client' },
      ],
      refused: 0,
    });
    expect(events).toMatchObject([{ rows: [{ by: 'client' }] }, { rows: [{ by: 'server' }] }]);
    expect((await idsOf(server)).sort()).toEqual(['of the device', 'of the server']);
    expect((await idsOf(device)).sort()).toEqual(['of the device', 'of the server']);

    // The change is not sent again, and is not reported at each sync.
    expect(await sync.sync()).toMatchObject({ pushed: 0, rejected: 0 });
    expect(await server.$crr.rejected()).toMatchObject([{ ...row, changes: 1 }]);

    // A later write of the row makes room for it, and both sides agree.
    await device.update(spans).set({ high: 20 });
    expect(await sync.sync()).toMatchObject({ rejected: 0 });
    await sync.sync();
    for (const site of [server, device]) {
      expect(await site.select().from(spans)).toMatchObject([{ low: 8, high: 20 }]);
      expect(await site.$crr.rejected()).toEqual([]);
    }
  });

  test('rows that break a constraint of the server are named, and a later version comes in whole', async () => {
    const [server, device] = [await strict(), await loose()];
    const sync = connect(device, server, rights);
    await device.insert(spans).values([
      { id: 'a', owner: 'ann', low: 9, high: 5 },
      { id: 'b', owner: 'ann', low: 1, high: 5 },
    ]);
    expect(await sync.sync()).toMatchObject({
      rejectedRows: [{ key: { id: 'a' }, by: 'server' }],
    });
    expect(await server.select().from(spans)).toMatchObject([{ id: 'b' }]);
    await device.update(spans).set({ low: 2 }).where(eq(spans.id, 'a'));
    expect(await sync.sync()).toMatchObject({ pushed: 1, rejected: 0 });
    expect(await server.select().from(spans).where(eq(spans.id, 'a'))).toEqual([
      { id: 'a', owner: 'ann', low: 2, high: 5 },
    ]);
  });
});

test('what was rejected is tried under the rights of its source alone', async () => {
  const [server, device, stranger] = [await strict(), await loose(), await loose()];
  const sync = connect(device, server, 'limited');
  await stranger.insert(spans).values({ id: 'a', owner: 'bob', low: 1, high: 5 });
  await device.insert(spans).values({ id: 'a', owner: 'ann', low: 9, high: 5 });
  await sync.sync();
  expect(await server.$crr.rejected()).toMatchObject([{ key: { id: 'a' }, changes: 3 }]);
  // The row is born as somebody else's, in a way that leaves room for the rejected cells.
  await server.$crr.apply(await stranger.$crr.changes());
  await server.$crr.apply([]);
  expect(await server.select().from(spans)).toMatchObject([{ owner: 'bob', low: 1 }]);
  await server.update(spans).set({ high: 20 });
  await server.$crr.retryRejected();
  await device.insert(files).values({ id: 'makes ann push' });
  await sync.sync();
  expect(await server.select().from(spans)).toEqual([{ id: 'a', owner: 'bob', low: 1, high: 20 }]);
});

const SEED = Number(process.env.CRR_SEED ?? 11);
const HISTORIES = Number(process.env.CRR_HISTORIES ?? 12);
const only = process.env.CRR_HISTORY;

/**
 * Devices without the CHECK write rows at random, which the server shows only if they meet it. In the end each row
 * is made to meet it, and all agree. Rows are deleted only by clients with all rights: the delete of a row that
 * the server lacks waits if its source may only delete some rows.
 */
test.each(
  Array.from({ length: HISTORIES }, (_, i) => i).filter(
    (i) => only === undefined || Number(only) === i,
  ),
)(
  `random devices and one strict server agree once all rows fit (seed ${SEED}, history %i)`,
  async (history) => {
    const random = new Random(SEED * 1_000 + history);
    const rights = random.pick(['public', 'limited'] as const);
    const server = await strict();
    const devices = [await loose(), await loose(), await loose()];
    const syncs = devices.map((device) => connect(device, server, rights));
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (let step = 0; step < 40; step++) {
      const at = random.int(devices.length);
      const device = devices[at]!;
      const id = random.pick(ids);
      const row = { id, owner: 'ann', low: random.int(10), high: random.int(10) };
      const what = random.int(5);
      if (what === 0) await syncs[at]!.sync();
      else if (what === 1 && rights === 'public')
        await device.delete(spans).where(eq(spans.id, id));
      else if (what === 2) await device.update(spans).set({ low: row.low }).where(eq(spans.id, id));
      else if (what === 3)
        await device.update(spans).set({ high: row.high }).where(eq(spans.id, id));
      else await device.insert(spans).values(row).onConflictDoNothing();
      // What the server shows always meets the CHECK, and it never refuses a sync.
      if (what === 0) {
        const shown = await server.select().from(spans);
        expect(
          shown.filter(({ low, high }) => low !== null && high !== null && low >= high),
        ).toEqual([]);
      }
    }
    const settle = async () => {
      for (let i = 0; i < 3; i++) for (const sync of syncs) await sync.sync();
    };
    await settle();
    // The devices do not see each other's rejected writes, so one of them writes every row with later versions.
    const last = devices[0]!;
    for (const id of ids)
      await last.insert(spans).values({ id, owner: 'ann' }).onConflictDoNothing();
    for (let i = 1; i <= 40; i++) await last.update(spans).set({ low: -i, high: i });
    await settle();
    const state = async (db: Site) => await db.select().from(spans).orderBy(spans.id);
    expect(await server.$crr.rejected()).toEqual([]);
    for (const device of devices) expect(await state(device)).toEqual(await state(server));
  },
);
