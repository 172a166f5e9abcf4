/** Rows that the database rejects for a reason of its own: a CHECK, or a trigger of the application. */
import { eq } from 'drizzle-orm';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { describe, expect, test, vi } from 'vitest';
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
  test('rejects and parks a child as it comes, although its parent is not there', async () => {
    const free = await family();
    await free.update(children).set({ n: 100 }).where(eq(children.id, 'bad'));
    const { changes } = await free.$crr.changes();
    const checked = await openChecked();
    const result = await checked.$crr.apply(changes.filter(({ table }) => table === 'children'));
    expect(result.rejected).toMatchObject([{ key: { id: 'bad' } }]);
    const reasons = result.parked.map(({ key, reason }) => [key.id, reason]);
    expect(reasons.sort()).toEqual([
      ['bad', 'reference'],
      ['good', 'reference'],
      ['other', 'reference'],
    ]);
    await checked.$crr.apply(changes.filter(({ table }) => table === 'parents'));
    expect(ids(await checked.select().from(parents))).toEqual(['p', 'q']);
    expect(ids(await checked.select().from(children))).toEqual(['good', 'other']);
    // It was tried again when its parent came.
    expect(await checked.$crr.conflicts(children)).toMatchObject([
      { reason: 'rejected', key: { id: 'bad' }, error: 'CHECK constraint failed: n < 100' },
    ]);
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
        error: undefined,
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

  test('rejects a change of a row that is shown, which is parked with the rows below it', async () => {
    const free = await family();
    const checked = await openChecked();
    await checked.$crr.apply(await free.$crr.changes());
    await free.update(children).set({ n: 100 }).where(eq(children.id, 'bad'));
    await free.update(parents).set({ handle: 'too long' }).where(eq(parents.id, 'q'));
    const { rejected, parked } = await checked.$crr.apply(await free.$crr.changes());
    expect(rejected).toMatchObject([{ key: { id: 'bad' } }, { key: { id: 'q' } }]);
    expect(parked).toEqual([
      { table: 'parents', key: { id: 'q' }, reason: 'rejected' },
      { table: 'children', key: { id: 'bad' }, reason: 'rejected' },
      { table: 'children', key: { id: 'other' }, reason: 'reference' },
    ]);
    expect(ids(await checked.select().from(children))).toEqual(['good']);
    expect((await checked.$client.execute('PRAGMA foreign_key_check')).rows).toEqual([]);
  });
});

test('a masked row that breaks a CHECK in another column is parked, and its change is not lost', async () => {
  const people = crrTable('people', {
    id: text('id').primaryKey().notNull(),
    email: text('email').unique(),
    age: integer('age'),
  });
  const ddl =
    'CREATE TABLE people (id TEXT PRIMARY KEY NOT NULL, email TEXT UNIQUE, age INTEGER CHECK (age < 100))';
  const [free, checked] = [
    await openSite({ people }),
    await openSite({ people }, undefined, { ddl }),
  ];
  await checked.insert(people).values({ id: 'a', email: 'ann', age: 1 });
  await free.insert(people).values({ id: 'b', email: 'ann', age: 1 });
  await checked.$crr.apply(await free.$crr.changes());
  await free.update(people).set({ age: 100 });
  const { parked } = await checked.$crr.apply(await free.$crr.changes());
  expect(parked).toEqual([{ table: 'people', key: { id: 'b' }, reason: 'rejected' }]);
  const peer = await openSite({ people });
  await peer.$crr.apply(await checked.$crr.changes());
  expect(await peer.select().from(people).where(eq(people.id, 'b'))).toMatchObject([{ age: 100 }]);
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

describe('a trigger that raises while another row is masked', () => {
  const raise = (name: string, event: string, when: string) =>
    `CREATE TRIGGER ${name} ${event} ON parents WHEN ${when} BEGIN SELECT RAISE(ABORT, '${name}'); END`;
  const NO_SUFFIX = raise('no_suffix', 'BEFORE UPDATE OF handle', "new.handle = 'ann~z'");
  const NO_INSERT = raise('no_suffix', 'BEFORE INSERT', "new.handle = 'ann~z'").replace(
    'TRIGGER no_suffix',
    'TRIGGER no_insert',
  );

  async function collision(...triggers: readonly string[]) {
    const [free, site] = [await openSite(schema), await openSite(schema)];
    for (const trigger of triggers) await site.$client.execute(trigger);
    await site.insert(parents).values({ id: 'z', handle: 'ann' });
    await site.insert(children).values({ id: 'c', parent: 'z', n: 1 });
    await free.insert(parents).values([
      { id: 'a', handle: 'ann' },
      { id: 'b', handle: 'bob' },
    ]);
    return { free, site, result: await site.$crr.apply(await free.$crr.changes()) };
  }

  test('parks that row with those below it, and lets the whole batch in', async () => {
    const { free, site, result } = await collision(NO_SUFFIX, NO_INSERT);
    expect(result.rejected).toEqual([]);
    expect(ids(result.inserted.map(({ key }) => key as { id: string }))).toEqual(['a', 'b']);
    expect(result.parked).toContainEqual({
      table: 'parents',
      key: { id: 'z' },
      reason: 'rejected',
    });
    expect(ids(await site.select().from(parents))).toEqual(['a', 'b']);
    expect(await site.select().from(children)).toEqual([]);
    expect((await site.$crr.conflicts(parents))[0]).toMatchObject({
      reason: 'rejected',
      key: { id: 'z' },
      error: 'no_suffix',
      row: { handle: 'ann' },
    });
    await free.update(parents).set({ handle: 'anna' }).where(eq(parents.id, 'a'));
    const { shown } = await site.$crr.apply(await free.$crr.changes());
    expect(shown).toHaveLength(2);
    expect(await site.$crr.conflicts(parents)).toEqual([]);
  });

  test('that only refuses updates lets that row in again by an insert', async () => {
    const { site, result } = await collision(NO_SUFFIX);
    expect(result.rejected).toEqual([]);
    expect(await site.select().from(parents).where(eq(parents.id, 'z'))).toEqual([
      { id: 'z', handle: 'ann~z' },
    ]);
    expect(await site.select().from(children)).toHaveLength(1);
  });

  test('does not make later batches fail: that row is not tried before something changes', async () => {
    const { site } = await collision(NO_SUFFIX, NO_INSERT);
    const other = await openSite(schema);
    await other.insert(parents).values({ id: 'y', handle: 'bob' });
    const changes = await other.$crr.changes();
    const batches = vi.spyOn(site.$client, 'batch');
    const { rejected, masked, parked } = await site.$crr.apply(changes);
    expect({ rejected, parked }).toEqual({ rejected: [], parked: [] });
    expect(masked).toEqual([{ table: 'parents', key: { id: 'y' } }]);
    // One that finds out that something is to be settled, and one that settles it.
    expect(batches.mock.calls.filter(([, mode]) => mode === 'write')).toHaveLength(2);
  });

  test('or unmasked parks that row', async () => {
    const { free, site } = await collision(
      raise('no_ann', 'BEFORE UPDATE OF handle', "new.handle = 'ann'"),
    );
    expect(ids(await site.select().from(parents))).toEqual(['a', 'b', 'z']);
    await free.update(parents).set({ handle: 'anna' }).where(eq(parents.id, 'a'));
    await free.insert(parents).values({ id: 'd', handle: 'dan' });
    const { rejected, parked } = await site.$crr.apply(await free.$crr.changes());
    expect(rejected).toEqual([]);
    expect(parked).toContainEqual({ table: 'parents', key: { id: 'z' }, reason: 'rejected' });
    expect(ids(await site.select().from(parents))).toEqual(expect.arrayContaining(['a', 'b', 'd']));
  });

  test('and lets that row not go either is to blame on the row that came', async () => {
    const { site, result } = await collision(
      NO_SUFFIX,
      raise('stays', 'BEFORE DELETE', "old.id = 'z'"),
    );
    expect(result.rejected).toMatchObject([{ key: { id: 'a' }, reason: 'stays' }]);
    expect(ids(await site.select().from(parents))).toEqual(['b', 'z']);
    expect(await site.select().from(children)).toHaveLength(1);
  });
});
