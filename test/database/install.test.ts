import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { integer, text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { crrTable, withCrr } from '../../src/index.js';
import { memoryClient } from '../support/client.js';
import { createTableSql } from '../support/create-table.js';
import { dump } from '../support/dump.js';
import { describeEachEngine } from '../support/engines.js';
import { exchange, line, openSite } from '../support/site.js';

const v1 = crrTable('todos', { id: text('id').primaryKey(), title: text('title') });
const v2 = crrTable('todos', {
  id: text('id').primaryKey(),
  title: text('title'),
  done: integer('done').notNull().default(0),
});
const pairs = crrTable('pairs', { id: integer('id').primaryKey() });

describeEachEngine('install', (engine) => {
  test('again and again changes nothing', async () => {
    const db = await openSite({ v1, pairs }, await engine.open());
    await db.insert(v1).values({ id: 'a', title: 'x' });
    await db.delete(v1);
    await db.insert(pairs).values({ id: 1 });
    const before = await dump(db.$client);
    await db.$crr.install();
    await db.$crr.install();
    expect(await dump(db.$client)).toBe(before);
  });

  test.each([
    ['without a column "id"', crrTable('t', { k: text('k').primaryKey(), v: text('v') })],
    [
      'with a column "id" beside its key',
      crrTable('t', { k: text('k').primaryKey(), id: text('id') }),
    ],
  ])('finds nothing to do in a table %s', async (_, table) => {
    const db = await openSite({ table }, await engine.open());
    await db.$client.execute("INSERT INTO t VALUES ('a', 'x')");
    const before = await dump(db.$client);
    await db.$crr.install();
    expect(await dump(db.$client)).toBe(before);
    expect((await db.$crr.changes()).changes.map(line)).toHaveLength(1);
  });

  test('rows that were there before become part of the feed, in one db_version', async () => {
    const client = await engine.open();
    await client.execute(createTableSql(v1));
    await client.execute(createTableSql(pairs));
    await client.execute("INSERT INTO todos VALUES ('a', 'x'), ('b', NULL)");
    await client.execute('INSERT INTO pairs VALUES (7), (-3)');
    const db = withCrr(drizzle(client), { schema: { v1, pairs } });
    await db.$crr.install();
    // Seqs come from the rowids, negative ones from their low bits.
    expect((await db.$crr.changes()).changes.map(line).sort()).toEqual([
      'pairs.-1 = null (v1 db2 cl1 seq1048573)',
      'pairs.-1 = null (v1 db2 cl1 seq7)',
      'todos.title = null (v1 db1 cl1 seq5)',
      'todos.title = x (v1 db1 cl1 seq3)',
    ]);
    const other = await openSite({ v1, pairs });
    await other.$crr.apply(await db.$crr.changes());
    expect(await other.select().from(v1)).toEqual(await db.select().from(v1));
    expect(await other.select().from(pairs)).toEqual(await db.select().from(pairs));
  });

  test('after a column was added: its cells have no clock until someone writes them', async () => {
    const client = await engine.open();
    const old = await openSite({ v1 }, client);
    await old.insert(v1).values({ id: 'a', title: 'x' });
    await client.execute('ALTER TABLE todos ADD COLUMN done integer NOT NULL DEFAULT 0');
    const db = withCrr(drizzle(client), { schema: { v2 } });
    await db.$crr.install();
    expect((await db.$crr.changes()).changes.map(line)).toEqual([
      'todos.title = x (v1 db1 cl1 seq1)',
    ]);
    await db.update(v2).set({ done: 1 });
    await db.insert(v2).values({ id: 'b' });
    expect((await db.$crr.changes()).changes.map(line)).toEqual([
      'todos.title = x (v1 db1 cl1 seq1)',
      'todos.done = 1 (v1 db2 cl1 seq0)',
      'todos.title = null (v1 db3 cl1 seq1)',
      'todos.done = 0 (v1 db3 cl1 seq2)',
    ]);
    const other = await openSite({ v2 });
    await exchange(db, other);
    expect(await other.select().from(v2)).toEqual(await db.select().from(v2));
  });

  test('rows written while the triggers were missing get their clocks', async () => {
    const db = await openSite({ v1 }, await engine.open());
    await db.insert(v1).values({ id: 'a', title: 'x' });
    await db.$client.execute('DROP TRIGGER todos__crr_on_insert');
    await db.insert(v1).values({ id: 'b', title: 'y' });
    await db.$crr.install();
    expect((await db.$crr.changes()).changes.map(({ val }) => val)).toEqual(['x', 'y']);
    await db.insert(v1).values({ id: 'c', title: 'z' });
    expect((await db.$crr.changes()).changes.map(({ val }) => val)).toEqual(['x', 'y', 'z']);
  });

  test('rows deleted, or created again, while the triggers were missing are told of', async () => {
    const db = await openSite({ v1, pairs }, await engine.open());
    const other = await openSite({ v1, pairs });
    await db.insert(v1).values(['gone', 'back', 'stays'].map((id) => ({ id, title: 'x' })));
    await db.insert(pairs).values([{ id: 1 }, { id: 2 }]);
    await db.delete(v1).where(eq(v1.id, 'back'));
    await exchange(db, other);
    const version = await db.$crr.version();
    for (const event of ['insert', 'delete']) {
      await db.$client.execute(`DROP TRIGGER todos__crr_on_${event}`);
      await db.$client.execute(`DROP TRIGGER pairs__crr_on_${event}`);
    }
    await db.delete(v1).where(eq(v1.id, 'gone'));
    await db.insert(v1).values({ id: 'back', title: 'again' });
    await db.delete(pairs).where(eq(pairs.id, 1));
    await db.$crr.install();
    const { changes: news } = await db.$crr.changes({ since: version });
    expect(news.map(({ table, cid, val, cl }) => `${table}.${cid} ${val} cl${cl}`).sort()).toEqual([
      'pairs.-1 null cl2',
      'todos.-1 null cl2',
      'todos.-1 null cl3',
      'todos.title again cl3',
    ]);
    await exchange(db, other);
    expect(await other.select().from(v1).orderBy(v1.id)).toEqual(
      await db.select().from(v1).orderBy(v1.id),
    );
    expect(await other.select().from(pairs)).toEqual([{ id: 2 }]);
    const before = await dump(db.$client);
    await db.$crr.install();
    expect(await dump(db.$client)).toBe(before);
  });

  test('a trigger whose text was altered is made anew', async () => {
    const db = await openSite({ v1 }, await engine.open());
    const before = await dump(db.$client);
    await db.$client.execute('DROP TRIGGER todos__crr_on_delete');
    await db.$client.execute(
      'CREATE TRIGGER todos__crr_on_delete AFTER DELETE ON todos BEGIN SELECT 1; END',
    );
    await db.$crr.install();
    expect(await dump(db.$client)).toBe(before);
  });

  test('a base table that is missing is named, and nothing is made', async () => {
    const client = await engine.open();
    await client.execute(createTableSql(v1));
    const before = await dump(client);
    const db = withCrr(drizzle(client), { schema: { v1, pairs } });
    await expect(db.$crr.install()).rejects.toMatchObject({
      name: 'CrrDatabaseError',
      code: 'CRR_DATABASE_TABLE_MISSING',
      message: expect.stringMatching(/"pairs".*migrations/),
    });
    expect(await dump(client)).toBe(before);
  });

  test.each([
    [
      'a column',
      'CREATE TABLE t ("myId" TEXT PRIMARY KEY NOT NULL)',
      'COLUMN_MISSING',
      /"t".*"title".*migrations/,
    ],
    [
      'another casing',
      'CREATE TABLE t ("my_id" TEXT PRIMARY KEY NOT NULL, title TEXT)',
      'COLUMN_MISSING',
      /"t".*"myId".*"my_id".*casing/,
    ],
    [
      'a rowid',
      'CREATE TABLE t ("myId" TEXT PRIMARY KEY NOT NULL, title TEXT) WITHOUT ROWID',
      'WITHOUT_ROWID',
      /"t" is a WITHOUT ROWID table.*create it without/,
    ],
  ])('a base table that lacks %s is named, and nothing is made', async (_, ddl, code, message) => {
    const client = await engine.open();
    await client.execute(ddl);
    const before = await dump(client);
    const t = crrTable('t', { myId: text('myId').primaryKey().notNull(), title: text('title') });
    await expect(withCrr(drizzle(client), { schema: { t } }).$crr.install()).rejects.toMatchObject({
      name: 'CrrDatabaseError',
      code: `CRR_DATABASE_${code}`,
      message: expect.stringMatching(message),
    });
    expect(await dump(client)).toBe(before);
  });

  test('without the check, a table that was not migrated is named by whatever needs it', async () => {
    const db = await openSite({ v1 }, await engine.open());
    const later = crrTable('todos', {
      id: text('id').primaryKey().notNull(),
      title: text('title'),
      later: text('later'),
    });
    const unmigrated = withCrr(drizzle(db.$client), { schema: { later }, check: false });
    await db.insert(v1).values({ id: 'a', title: 'x' });
    const { changes } = await db.$crr.changes();
    const change = { ...changes[0]!, cid: 'later', site_id: new Uint8Array(16).fill(7) };
    for (const run of [() => unmigrated.$crr.changes(), () => unmigrated.$crr.apply([change])]) {
      await expect(run()).rejects.toMatchObject({
        code: 'CRR_DATABASE_DRIFT',
        message: expect.stringMatching(/"todos".*migrations/),
      });
    }
    await expect(unmigrated.$crr.install()).rejects.toMatchObject({
      code: 'CRR_DATABASE_COLUMN_MISSING',
    });
  });

  test('bookkeeping of another format is refused', async () => {
    const db = await openSite({ v1 }, await engine.open());
    await db.$client.execute('UPDATE crr_state SET format = 99');
    await expect(db.$crr.install()).rejects.toMatchObject({ code: 'CRR_DATABASE_FORMAT' });
  });

  test('before it, everything that needs it says so', async () => {
    const client = await engine.open();
    await client.execute(createTableSql(v1));
    const db = withCrr(drizzle(client), { schema: { v1 } });
    const site_id = new Uint8Array(16);
    const change = {
      table: 'todos',
      pk: Uint8Array.of(1, 0x0b, 1, 0x61),
      cid: 'title',
      val: 'x',
      col_version: 1,
      db_version: 1,
      site_id,
      cl: 1,
      seq: 0,
    };
    const refusal = {
      code: 'CRR_DATABASE_NOT_INSTALLED',
      message: expect.stringContaining('install()'),
    };
    await expect(db.$crr.version()).rejects.toMatchObject(refusal);
    await expect(db.$crr.siteId()).rejects.toMatchObject(refusal);
    await expect(db.$crr.changes().then()).rejects.toMatchObject(refusal);
    await expect(db.$crr.apply([change])).rejects.toMatchObject(refusal);
    await expect(db.$crr.pendingCount()).rejects.toMatchObject(refusal);
    await expect(db.$crr.rotateSiteId()).rejects.toMatchObject(refusal);
    await expect(db.transaction((tx) => tx.select().from(v1))).rejects.toMatchObject(refusal);
    await expect(db.batch([db.insert(v1).values({ id: 'a' })])).rejects.toMatchObject(refusal);
    // A write that no trigger would stamp is refused, not lost.
    await expect(db.insert(v1).values({ id: 'a' })).rejects.toMatchObject(refusal);
    // What does not need it works.
    expect(await db.batch([db.select().from(v1)])).toEqual([[]]);
  });

  // A database in memory has one client.
  if (!engine.shared) return;
  test('by several clients at once', async () => {
    const client = await engine.open();
    await client.execute(createTableSql(v1));
    await client.execute(createTableSql(pairs));
    await client.execute("INSERT INTO todos VALUES ('a', 'x')");
    const clients = [client, engine.again(), engine.again()];
    const dbs = clients.map((c) => withCrr(drizzle(c), { schema: { v1, pairs } }));
    await Promise.all(dbs.map((db) => db.$crr.install()));
    expect((await dbs[1]!.$crr.changes()).changes.map(line)).toEqual([
      'todos.title = x (v1 db1 cl1 seq3)',
    ]);
  });
});

test("Drizzle's casing decides the names in the database", async () => {
  const table = crrTable('people', { theId: text().primaryKey(), firstName: text() });
  const client = memoryClient();
  await client.execute('CREATE TABLE people (the_id text PRIMARY KEY NOT NULL, first_name text)');
  const db = withCrr(drizzle(client, { casing: 'snake_case' }), { schema: { table } });
  await db.$crr.install();
  await db.insert(table).values({ theId: 'a', firstName: 'Ada' });
  const { changes } = await db.$crr.changes();
  expect(changes.map(({ cid }) => cid)).toEqual(['first_name']);
  const other = memoryClient();
  await other.execute('CREATE TABLE people (the_id text PRIMARY KEY NOT NULL, first_name text)');
  const there = withCrr(drizzle(other, { casing: 'snake_case' }), { schema: { table } });
  await there.$crr.install();
  const { inserted } = await there.$crr.apply(changes);
  expect(inserted).toEqual([{ table: 'people', key: { theId: 'a' } }]);
  expect(await there.select().from(table)).toEqual([{ theId: 'a', firstName: 'Ada' }]);
  other.close();
});
