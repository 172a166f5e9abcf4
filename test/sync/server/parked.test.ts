/** A server parks rows that it rejects: they reach its other clients, and stop nobody's sync. */
import { eq, sql } from 'drizzle-orm';
import { check, integer, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { crrTable } from '../../../src/index.js';
import { createSync, createSyncHandler, type SyncEvent } from '../../../src/sync/index.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../../support/random.js';
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
);
const files = crrTable('files', { id: text('id').primaryKey().notNull(), name: text('name') });
const schema = { spans, files };
const FILES = 'CREATE TABLE files (id text PRIMARY KEY NOT NULL, name text)';
const SPANS =
  'CREATE TABLE spans (id text PRIMARY KEY NOT NULL, owner text, low integer, high integer';
const strict = () => openSite(schema, undefined, { ddl: [FILES, `${SPANS}, CHECK (low < high))`] });
const loose = () => openSite(schema, undefined, { ddl: [FILES, `${SPANS})`] });
type Site = Awaited<ReturnType<typeof strict>>;

/** Everybody may write everything; or all may read all spans, and write those of their own. */
const RIGHTS = {
  public: (id: string) => ({ id, forward: true }),
  limited: (id: string) => ({
    id,
    tables: { spans: { read: true, writeWhere: eq(spans.owner, id) }, files: true as const },
  }),
};
type Rights = keyof typeof RIGHTS;

function connect(db: Site, server: Site, rights: Rights, id = 'ann') {
  const handler = createSyncHandler({
    db: server,
    authorize: (request) => RIGHTS[rights](request.headers.get('x-user')!),
    onError: (error) => console.error(error),
  });
  const headers = { 'x-user': id };
  return createSync({ db, fetch: handler, headers, retry: { attempts: 1 } });
}

const rowsOf = (db: Site) => db.select().from(spans).orderBy(spans.id);

describe.each(['public', 'limited'] as const)('with %s rights', (rights) => {
  test('a row that the server rejects reaches the other clients', async () => {
    const [server, ann, bob] = [await strict(), await loose(), await loose()];
    const [ofAnn, ofBob] = [connect(ann, server, rights), connect(bob, server, rights, 'bob')];
    await ann.insert(spans).values([
      { id: 'bad', owner: 'ann', low: 9, high: 5 },
      { id: 'good', owner: 'ann', low: 1, high: 5 },
    ]);
    await ann.insert(files).values({ id: 'of ann' });
    expect(await ofAnn.sync()).toMatchObject({
      rejectedRows: [{ table: 'spans', key: { id: 'bad' }, by: 'server' }],
    });
    await bob.insert(files).values({ id: 'of bob' });
    expect(await ofBob.sync()).toMatchObject({ rejected: 0, refused: 0 });
    expect(await rowsOf(bob)).toEqual(await rowsOf(ann));
    expect(await server.select({ id: spans.id }).from(spans)).toEqual([{ id: 'good' }]);
    expect((await server.select().from(files)).map(({ id }) => id).sort()).toEqual([
      'of ann',
      'of bob',
    ]);
    // It is named once, and is shown when it is repaired.
    expect(await ofAnn.sync()).toMatchObject({ rejected: 0, pushed: 0 });
    await ann.update(spans).set({ high: 20 }).where(eq(spans.id, 'bad'));
    await ofAnn.sync();
    await ofBob.sync();
    for (const site of [server, bob]) expect(await rowsOf(site)).toEqual(await rowsOf(ann));
  });

  test('two honest writes that break a CHECK together are parked on both sides', async () => {
    const [server, ann] = [await strict(), await strict()];
    const sync = connect(ann, server, rights);
    await ann.insert(spans).values({ id: 's', owner: 'ann', low: 1, high: 10 });
    await sync.sync();
    await ann.update(spans).set({ low: 8 });
    await server.update(spans).set({ high: 5 });
    const events: SyncEvent[] = [];
    sync.subscribe((event) => events.push(event));
    const row = { table: 'spans', key: { id: 's' } };
    expect(await sync.sync()).toMatchObject({
      rejectedRows: [
        { ...row, by: 'server' },
        { ...row, by: 'client' },
      ],
    });
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'applied',
        result: expect.objectContaining({ parked: [{ ...row, reason: 'rejected' }] }),
      }),
    );
    for (const site of [server, ann]) {
      expect(await rowsOf(site)).toEqual([]);
      expect(await site.$crr.conflicts(spans)).toMatchObject([{ row: { low: 8, high: 5 } }]);
    }
    await ann.insert(spans).values({ id: 's', owner: 'ann', low: 8, high: 20 });
    await sync.sync();
    for (const site of [server, ann]) expect(await rowsOf(site)).toMatchObject([{ high: 20 }]);
  });
});

test('a row that breaks a CHECK gets around no right to write', async () => {
  const [server, ann, bob] = [await strict(), await loose(), await loose()];
  const [ofAnn, ofBob] = [connect(ann, server, 'limited'), connect(bob, server, 'limited', 'bob')];
  await ann.insert(spans).values({ id: 'a', owner: 'ann', low: 1, high: 5 });
  await ofAnn.sync();
  await ofBob.sync();
  await bob.update(spans).set({ low: 9 });
  await bob.insert(spans).values({ id: 'b', owner: 'ann', low: 9, high: 5 });
  await bob.insert(spans).values({ id: 'c', owner: 'bob', low: 9, high: 5 });
  const result = await ofBob.sync();
  expect(result.refusedRows.map(({ key }) => key.id).sort()).toEqual(['a', 'b']);
  await ofAnn.sync();
  expect(await rowsOf(ann)).toEqual([
    { id: 'a', owner: 'ann', low: 1, high: 5 },
    { id: 'c', owner: 'bob', low: 9, high: 5 },
  ]);
  expect(await rowsOf(server)).toEqual([{ id: 'a', owner: 'ann', low: 1, high: 5 }]);
});

const histories = numberFromEnv('CRR_HISTORIES', 3);

test.each(Array.from({ length: histories }, (_, i) => hash('parked', seedFromEnv(), i)))(
  'devices agree on every row, and a strict server shows those that meet its CHECK: seed %i',
  { timeout: 300_000 },
  async (seed) => {
    const random = new Random(seed);
    const rights = random.pick(['public', 'limited'] as const);
    const server = await strict();
    const devices = [await loose(), await loose(), await loose()];
    const syncs = devices.map((device) => connect(device, server, rights));
    for (let step = 0; step < 40; step++) {
      const at = random.int(devices.length);
      const device = devices[at]!;
      const id = random.pick(['a', 'b', 'c', 'd', 'e', 'f']);
      const row = { id, owner: 'ann', low: random.int(10), high: random.int(10) };
      const ofId = eq(spans.id, id);
      switch (random.int(5)) {
        case 0:
          expect((await syncs[at]!.sync()).refused).toBe(0);
          break;
        case 1:
          // A delete of a row that the server lacks waits if its source may only delete some rows.
          if (rights === 'public') await device.delete(spans).where(ofId);
          break;
        case 2:
          await device.update(spans).set({ low: row.low }).where(ofId);
          break;
        case 3:
          await device.update(spans).set({ high: row.high }).where(ofId);
          break;
        default:
          await device.insert(spans).values(row).onConflictDoNothing();
      }
    }
    for (let i = 0; i < 3; i++) for (const sync of syncs) await sync.sync();
    const all = await rowsOf(devices[0]!);
    for (const device of devices) expect(await rowsOf(device)).toEqual(all);
    const meets = ({ low, high }: (typeof all)[number]) => low! < high!;
    expect(await rowsOf(server)).toEqual(all.filter(meets));
    const parked = await server.$crr.conflicts(spans);
    expect(parked.map((conflict) => 'row' in conflict && conflict.row)).toEqual(
      all.filter((row) => !meets(row)),
    );
  },
);
