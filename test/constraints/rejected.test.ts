/** Rows that the database rejects for a reason of its own: a CHECK, or a trigger of the application. */
import { eq } from 'drizzle-orm';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { crrTable } from '../../src/index.js';
import { openSite } from '../support/site.js';

const parents = crrTable('parents', {
  id: text('id').primaryKey().notNull(),
  handle: text('handle').notNull().unique(),
});
const children = crrTable('children', {
  id: text('id').primaryKey().notNull(),
  parent: text('parent')
    .notNull()
    .references(() => parents.id, { onDelete: 'cascade' }),
  n: integer('n').notNull(),
});
const schema = { parents, children };
const CHECKED = [
  'CREATE TABLE parents (id TEXT PRIMARY KEY NOT NULL, handle TEXT NOT NULL UNIQUE CHECK (length(handle) < 6))',
  'CREATE TABLE children (id TEXT PRIMARY KEY NOT NULL, parent TEXT NOT NULL REFERENCES parents(id) ON DELETE CASCADE, n INTEGER NOT NULL CHECK (n < 100))',
];

const openChecked = () => openSite(schema, undefined, { ddl: CHECKED });
const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id).sort();

async function family() {
  const free = await openSite(schema);
  await free.insert(parents).values([
    { id: 'p', handle: 'p' },
    { id: 'q', handle: 'q' },
  ]);
  await free.insert(children).values([
    { id: 'bad', parent: 'p', n: 1 },
    { id: 'good', parent: 'p', n: 1 },
    { id: 'other', parent: 'q', n: 1 },
  ]);
  return free;
}

describe('a CHECK', () => {
  test('rejects a child as it comes, although its parent is not there', async () => {
    const free = await family();
    await free.update(children).set({ n: 100 }).where(eq(children.id, 'bad'));
    const { changes } = await free.$crr.changes();
    const checked = await openChecked();
    const result = await checked.$crr.apply(changes.filter(({ table }) => table === 'children'));
    expect(result.rejected).toMatchObject([{ key: { id: 'bad' } }]);
    expect(ids(result.parked.map(({ key }) => key as { id: string }))).toEqual(['good', 'other']);
    await checked.$crr.apply(changes.filter(({ table }) => table === 'parents'));
    expect(ids(await checked.select().from(parents))).toEqual(['p', 'q']);
    expect(ids(await checked.select().from(children))).toEqual(['good', 'other']);
  });

  test('parks a child that was changed while it was parked, and lets its parent in', async () => {
    const free = await family();
    const checked = await openChecked();
    const ofChildren = async () =>
      (await free.$crr.changes()).changes.filter(({ table }) => table === 'children');
    await checked.$crr.apply(await ofChildren());
    await free.update(children).set({ n: 100 }).where(eq(children.id, 'bad'));
    await checked.$crr.apply(await ofChildren());
    const result = await checked.$crr.apply(await free.$crr.changes());
    expect(result.rejected).toEqual([]);
    expect(ids(await checked.select().from(parents))).toEqual(['p', 'q']);
    expect(ids(await checked.select().from(children))).toEqual(['good', 'other']);
    expect(await checked.$crr.conflicts(children)).toEqual([
      {
        reason: 'rejected',
        table: 'children',
        key: { id: 'bad' },
        columns: [],
        row: { id: 'bad', parent: 'p', n: 100 },
        shows: undefined,
      },
    ]);
    await free.update(children).set({ n: 5 }).where(eq(children.id, 'bad'));
    await checked.$crr.apply(await free.$crr.changes());
    expect(ids(await checked.select().from(children))).toEqual(['bad', 'good', 'other']);
    expect(await checked.$crr.conflicts(children)).toEqual([]);
  });

  test('that a suffix breaks parks the loser and its children, not the winner', async () => {
    const checked = await openChecked();
    await checked.insert(parents).values({ id: 'loser', handle: 'ann' });
    await checked.insert(children).values({ id: 'c', parent: 'loser', n: 1 });
    const free = await openSite(schema);
    await free.insert(parents).values({ id: 'a', handle: 'ann' });
    const result = await checked.$crr.apply(await free.$crr.changes());
    expect(result.rejected).toEqual([]);
    expect(result.parked).toEqual([
      { table: 'parents', key: { id: 'loser' }, reason: 'rejected' },
      { table: 'children', key: { id: 'c' }, reason: 'reference' },
    ]);
    expect(ids(await checked.select().from(parents))).toEqual(['a']);
    expect(await checked.select().from(children)).toEqual([]);
    expect((await checked.$client.execute('PRAGMA foreign_key_check')).rows).toEqual([]);
    await checked.delete(parents);
    const { shown } = await checked.$crr.apply([]);
    expect(shown).toHaveLength(2);
    expect(await checked.select().from(children)).toHaveLength(1);
  });

  test('still rejects a change of a row that is shown', async () => {
    const free = await family();
    const checked = await openChecked();
    await checked.$crr.apply(await free.$crr.changes());
    await free.update(children).set({ n: 100 }).where(eq(children.id, 'bad'));
    const { rejected, parked } = await checked.$crr.apply(await free.$crr.changes());
    expect(rejected).toMatchObject([{ key: { id: 'bad' } }]);
    expect(parked).toEqual([]);
    expect(await checked.select().from(children)).toHaveLength(3);
  });
});

describe('a trigger of the application', () => {
  test.each(['BEFORE INSERT', 'AFTER INSERT'])(
    'that rejects a parked child once its parent is there does not stop the parent: %s',
    async (event) => {
      const [free, site] = [await family(), await openSite(schema)];
      await site.$client.execute(
        `CREATE TRIGGER closed ${event} ON children WHEN EXISTS (SELECT 1 FROM parents WHERE id = new.parent AND id = 'p') AND new.id = 'bad' BEGIN SELECT RAISE(ABORT, 'closed'); END`,
      );
      const { changes } = await free.$crr.changes();
      await site.$crr.apply(changes.filter(({ table }) => table === 'children'));
      const { rejected } = await site.$crr.apply(
        changes.filter(({ table }) => table === 'parents'),
      );
      expect(rejected).toEqual([]);
      expect(ids(await site.select().from(parents))).toEqual(['p', 'q']);
      expect(ids(await site.select().from(children))).toEqual(['good', 'other']);
      expect(await site.$crr.conflicts(children)).toMatchObject([
        { reason: 'rejected', key: { id: 'bad' }, shows: undefined },
      ]);
      await site.$client.execute('DROP TRIGGER closed');
      const { shown } = await site.$crr.retryRejected();
      expect(shown).toEqual([{ table: 'children', key: { id: 'bad' } }]);
      expect(await site.$crr.conflicts(children)).toEqual([]);
    },
  );
});
