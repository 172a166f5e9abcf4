/** Rows that a database rejects are kept aside there, and travel on to others. */
import { eq, sql } from 'drizzle-orm';
import { check, integer, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { crrTable } from '../../src/index.js';
import { describeEachEngine } from '../support/engines.js';
import { openSite } from '../support/site.js';

const columns = () => ({
  id: text('id').primaryKey().notNull(),
  low: integer('low'),
  high: integer('high'),
});
const spans = crrTable('spans', columns(), (t) => [check('ordered', sql`${t.low} < ${t.high}`)]);
const free = { spans: crrTable('spans', columns()) };
const schema = { spans };
const FREE = 'CREATE TABLE spans (id text PRIMARY KEY NOT NULL, low integer, high integer)';
const CHECKED =
  'CREATE TABLE spans (id text PRIMARY KEY NOT NULL, low integer, high integer, CHECK (low < high))';

type Client = Parameters<typeof openSite>[1];
const openChecked = (client?: Client, more: readonly string[] = []) =>
  openSite(schema, client, { ddl: [CHECKED, ...more] });
const openFree = () => openSite(free, undefined, { ddl: FREE });

const rows = async (site: { readonly $client: Awaited<ReturnType<typeof openFree>>['$client'] }) =>
  (await site.$client.execute('SELECT * FROM spans ORDER BY id')).rows;

const raises = (event: string, when: string, words = 'not here') =>
  `CREATE TRIGGER refuses ${event} ON spans WHEN ${when} BEGIN SELECT RAISE(ABORT, '${words}'); END`;

const faults: readonly [name: string, ddl: readonly string[], reason: string][] = [
  ['a CHECK', [CHECKED], 'CHECK constraint failed: low < high'],
  [
    'a NOT NULL column',
    ['CREATE TABLE spans (id text PRIMARY KEY NOT NULL, low integer, high integer NOT NULL)'],
    'NOT NULL constraint failed: spans.high',
  ],
  [
    'a STRICT table',
    ['CREATE TABLE spans (id text PRIMARY KEY NOT NULL, low integer, high integer) STRICT'],
    'cannot store TEXT value in INTEGER column spans.low',
  ],
  ['a trigger before the insert', [FREE, raises('BEFORE INSERT', "new.id = 'bad'")], 'not here'],
  ['a trigger after the insert', [FREE, raises('AFTER INSERT', "new.id = 'bad'")], 'not here'],
];

describeEachEngine('a new row', (engine) => {
  test.each(faults)(
    'that %s rejects is parked with the reason, and travels on',
    async (_, ddl, reason) => {
      const parking = { spans: crrTable('spans', columns(), { rejected: 'park' }) };
      const [a, b, c] = [
        await openFree(),
        await openSite(parking, await engine.open(), { ddl }),
        await openFree(),
      ];
      await a.insert(free.spans).values({ id: 'good', low: 1, high: 5 });
      await a.$client.execute("INSERT INTO spans (id, low, high) VALUES ('bad', 'text', NULL)");
      if (reason.startsWith('CHECK'))
        await a.update(free.spans).set({ high: 1 }).where(eq(free.spans.id, 'bad'));
      const result = await b.$crr.apply(await a.$crr.changes());
      expect(result).toMatchObject({
        inserted: [{ key: { id: 'good' } }],
        parked: [{ table: 'spans', key: { id: 'bad' }, reason: 'rejected' }],
        rejected: [{ key: { id: 'bad' }, reason }],
        pending: 0,
      });
      expect(await b.$crr.conflicts(parking.spans)).toMatchObject([
        { reason: 'rejected', key: { id: 'bad' }, columns: [], error: reason, shows: undefined },
      ]);
      expect(await b.$crr.rejected()).toMatchObject([{ key: { id: 'bad' }, reason, changes: 0 }]);
      await c.$crr.apply(await b.$crr.changes());
      const all = 'SELECT *, typeof(low) FROM spans ORDER BY id';
      expect((await c.$client.execute(all)).rows).toEqual((await a.$client.execute(all)).rows);
      await a.delete(free.spans).where(eq(free.spans.id, 'bad'));
      await b.$crr.apply(await a.$crr.changes());
      expect(await b.$crr.conflicts(parking.spans)).toEqual([]);
    },
  );
});

describe('a row that was shown', () => {
  async function three() {
    const [a, b, c] = [await openChecked(), await openChecked(), await openFree()];
    await a.insert(spans).values([
      { id: 'x', low: 1, high: 10 },
      { id: 'y', low: 1, high: 10 },
    ]);
    for (const site of [b, c]) await site.$crr.apply(await a.$crr.changes());
    await a.update(spans).set({ low: 8 }).where(eq(spans.id, 'x'));
    await b.update(spans).set({ high: 5 }).where(eq(spans.id, 'x'));
    return [a, b, c] as const;
  }

  test('is parked if two honest writes break a CHECK together, at both sites', async () => {
    const [a, b, c] = await three();
    const { parked, updated } = await b.$crr.apply(await a.$crr.changes());
    expect(parked).toEqual([{ table: 'spans', key: { id: 'x' }, reason: 'rejected' }]);
    expect(updated).toEqual([{ table: 'spans', key: { id: 'x' } }]);
    await a.$crr.apply(await b.$crr.changes());
    await c.$crr.apply(await b.$crr.changes());
    for (const site of [a, b]) {
      expect(await site.select().from(spans)).toEqual([{ id: 'y', low: 1, high: 10 }]);
      expect(await site.$crr.conflicts(spans)).toMatchObject([
        { row: { id: 'x', low: 8, high: 5 } },
      ]);
    }
    expect(await c.select().from(free.spans).orderBy(free.spans.id)).toEqual([
      { id: 'x', low: 8, high: 5 },
      { id: 'y', low: 1, high: 10 },
    ]);
  });

  test('is shown again when another site repairs it', async () => {
    const [a, b, c] = await three();
    await b.$crr.apply(await a.$crr.changes());
    await c.$crr.apply(await b.$crr.changes());
    await c.update(free.spans).set({ high: 20 });
    const { shown } = await b.$crr.apply(await c.$crr.changes());
    expect(shown).toEqual([{ table: 'spans', key: { id: 'x' } }]);
    expect(await b.select().from(spans).where(eq(spans.id, 'x'))).toEqual([
      { id: 'x', low: 8, high: 20 },
    ]);
    expect(await b.$crr.rejected()).toEqual([]);
  });

  test('is repaired by an insert, as every parked row is', async () => {
    const [a, b] = await three();
    await b.$crr.apply(await a.$crr.changes());
    await b.insert(spans).values({ id: 'x', low: 8, high: 20 });
    expect(await b.$crr.conflicts(spans)).toEqual([]);
    await a.$crr.apply(await b.$crr.changes());
    expect(await a.select().from(spans).where(eq(spans.id, 'x'))).toEqual([
      { id: 'x', low: 8, high: 20 },
    ]);
  });

  test('is discarded for all sites', async () => {
    const [a, b, c] = await three();
    await b.$crr.apply(await a.$crr.changes());
    expect(await b.$crr.discard(spans, { id: 'x' })).toBe(true);
    for (const site of [a, c]) {
      await site.$crr.apply(await b.$crr.changes());
      expect(await site.select().from(spans)).toEqual([{ id: 'y', low: 1, high: 10 }]);
    }
  });
});

describe('a trigger that raises', () => {
  const parking = { spans: crrTable('spans', columns(), { rejected: 'park' }) };
  const open = (trigger: string) => openSite(parking, undefined, { ddl: [FREE, trigger] });

  test('on an update parks the row; it is shown once the trigger is gone, by apply([])', async () => {
    const [a, b, c] = [
      await openFree(),
      await open(raises('BEFORE UPDATE', "new.id = 'x'")),
      await openFree(),
    ];
    await a.insert(free.spans).values([
      { id: 'x', low: 1 },
      { id: 'y', low: 1 },
    ]);
    await b.$crr.apply(await a.$crr.changes());
    await a.update(free.spans).set({ low: 2 });
    const { parked } = await b.$crr.apply(await a.$crr.changes());
    // An insert of the row as it is now would be accepted, but the trigger has refused this change of it.
    expect(parked).toEqual([{ table: 'spans', key: { id: 'x' }, reason: 'rejected' }]);
    expect(await b.$crr.conflicts(parking.spans)).toMatchObject([{ error: 'not here' }]);
    await c.$crr.apply(await b.$crr.changes());
    expect(await rows(c)).toEqual(await rows(a));
    await b.$client.execute('DROP TRIGGER refuses');
    const { shown } = await b.$crr.apply([]);
    expect(shown).toEqual([{ table: 'spans', key: { id: 'x' } }]);
    expect(await rows(b)).toEqual(await rows(a));
  });

  test('on a delete leaves the row where it is: only the delete waits', async () => {
    const [a, b] = [await openFree(), await open(raises('BEFORE DELETE', "old.id = 'x'"))];
    await a.insert(free.spans).values([
      { id: 'x', low: 1 },
      { id: 'y', low: 1 },
    ]);
    await b.$crr.apply(await a.$crr.changes());
    await a.delete(free.spans);
    expect(await b.$crr.apply(await a.$crr.changes())).toMatchObject({
      deleted: [{ key: { id: 'y' } }],
      rejected: [{ key: { id: 'x' }, reason: 'not here', changes: 1 }],
      parked: [],
    });
    expect(await b.select({ id: parking.spans.id }).from(parking.spans)).toEqual([{ id: 'x' }]);
    await b.$client.execute('DROP TRIGGER refuses');
    const { deleted } = await b.$crr.retryRejected();
    expect(deleted).toEqual([{ table: 'spans', key: { id: 'x' } }]);
  });

  test('on updates and deletes: the change waits, and the row stays', async () => {
    const b = await open(raises('BEFORE UPDATE', "new.id = 'x'"));
    const a = await openFree();
    await b.$client.execute(
      "CREATE TRIGGER stays BEFORE DELETE ON spans BEGIN SELECT RAISE(ABORT, 'stays'); END",
    );
    await a.insert(free.spans).values([
      { id: 'x', low: 1 },
      { id: 'y', low: 1 },
    ]);
    await b.$crr.apply(await a.$crr.changes());
    await a.update(free.spans).set({ low: 2 });
    const result = await b.$crr.apply(await a.$crr.changes());
    expect(result).toMatchObject({ parked: [], rejected: [{ key: { id: 'x' }, changes: 2 }] });
    expect(await b.select().from(parking.spans).orderBy(parking.spans.id)).toMatchObject([
      { id: 'x', low: 1 },
      { id: 'y', low: 2 },
    ]);
  });
});
