import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@libsql/client';
import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { migrate } from 'drizzle-orm/libsql/migrator';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { crrTable, withCrr } from '../../src/index.js';
import { memoryClient } from '../support/client.js';

const todos = crrTable('todos', {
  id: text('id').primaryKey().notNull(),
  title: text('title'),
  done: integer('done'),
});
const plain = sqliteTable('plain', { id: integer('id').primaryKey() });
const schema = { todos, plain };

let client: Client;
/** Statements that reached the database. */
let seen: string[];
beforeEach(async () => {
  client = memoryClient();
  await client.executeMultiple(
    'CREATE TABLE todos (id text PRIMARY KEY NOT NULL, title text, done integer); CREATE TABLE plain (id integer PRIMARY KEY);',
  );
  seen = [];
  const { execute, batch } = client;
  client.execute = ((stmt: { sql: string }) => {
    seen.push(stmt.sql);
    return (execute as (stmt: unknown) => unknown).call(client, stmt);
  }) as never;
  client.batch = ((stmts: { sql: string }[], mode: 'read') => {
    seen.push(stmts.map((stmt) => stmt.sql).join('; '));
    return batch.call(client, stmts, mode);
  }) as never;
});

const open = (check?: boolean) =>
  withCrr(drizzle(client), { schema, ...(check === undefined ? {} : { check }) });
const looks = () => seen.filter((text) => text.includes('sqlite_master')).length;

async function installed() {
  await open().$crr.install();
  seen.length = 0;
}

describe('a database in order', () => {
  beforeEach(installed);

  test('reads and writes to plain tables cost nothing more', async () => {
    const db = open();
    await db.select().from(todos);
    await db.query;
    await db.insert(plain).values({ id: 1 });
    expect(looks()).toBe(0);
    expect(seen).toHaveLength(2);
  });

  test('the first write looks once, whatever it is', async () => {
    const db = open();
    await db.insert(todos).values({ id: 'a', title: 'one' });
    await db.update(todos).set({ done: 1 }).where(eq(todos.id, 'a'));
    await db.transaction(async (tx) => tx.insert(todos).values({ id: 'b' }));
    await db.batch([db.insert(todos).values({ id: 'c' }), db.select().from(todos)]);
    expect((await db.$crr.changes()).changes).toHaveLength(6);
    expect(looks()).toBe(1);
    expect(await db.insert(todos).values({ id: 'd' }).returning({ id: todos.id })).toEqual([
      { id: 'd' },
    ]);
  });
});

const uses = {
  insert: (db) => db.insert(todos).values({ id: 'x' }),
  'insert ... returning': (db) => db.insert(todos).values({ id: 'x' }).returning(),
  update: (db) => db.update(todos).set({ title: 'x' }),
  delete: (db) => db.delete(todos),
  'raw SQL': (db) => db.run(sql`DELETE FROM todos`),
  'a prepared statement': (db) => db.insert(todos).values({ id: 'x' }).prepare().run(),
  'a transaction': (db) => db.transaction(async () => {}),
  'a batch': (db) => db.batch([db.insert(todos).values({ id: 'x' })]),
  'reading changes': (db) => db.$crr.changes(),
  'applying changes': (db) =>
    db.$crr.apply([
      {
        table: 'todos',
        pk: new Uint8Array([1, 11, 1, 97]),
        cid: 'title',
        val: 'x',
        col_version: 1,
        db_version: 1,
        site_id: new Uint8Array(16),
        cl: 1,
        seq: 0,
      },
    ]),
} satisfies Record<string, (db: ReturnType<typeof open>) => PromiseLike<unknown>>;

describe.each(Object.entries(uses))('%s', (_, use) => {
  test('is refused where a trigger is missing, and works once it is back', async () => {
    await installed();
    await client.execute({ sql: 'DROP TRIGGER todos__crr_on_update_title', args: [] });
    const db = open();
    await expect(Promise.resolve(use(db))).rejects.toMatchObject({
      code: 'CRR_DATABASE_DRIFT',
      message: expect.stringMatching(/"todos".*"todos__crr_on_update_title" is missing.*install/),
    });
    expect(
      (await client.execute({ sql: 'SELECT count(*) AS n FROM todos', args: [] })).rows[0]!.n,
    ).toBe(0);
    await db.$crr.install();
    await use(db);
  });

  test('is refused where nothing is installed', async () => {
    await expect(Promise.resolve(use(open()))).rejects.toMatchObject({
      code: 'CRR_DATABASE_NOT_INSTALLED',
    });
  });
});

test('a trigger of another schema is named', async () => {
  await installed();
  const more = crrTable('todos', { id: text('id').primaryKey().notNull(), title: text('title') });
  const db = withCrr(drizzle(client), { schema: { more } });
  await expect(db.$crr.changes().then()).rejects.toThrow(
    /trigger "todos__crr_on_update_done" belongs to a column or version that is gone/,
  );
});

test('check: false asks nothing', async () => {
  await installed();
  await client.execute({ sql: 'DROP TRIGGER todos__crr_on_update_title', args: [] });
  seen.length = 0;
  await open(false).insert(todos).values({ id: 'a' });
  expect(looks()).toBe(0);
});

test('migrations run through the wrapped database', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'drizzle-crr-drift-'));
  mkdirSync(join(folder, 'meta'));
  writeFileSync(
    join(folder, 'meta/_journal.json'),
    JSON.stringify({ entries: [{ idx: 0, tag: '0000_a', when: 1, breakpoints: true }] }),
  );
  writeFileSync(join(folder, '0000_a.sql'), "INSERT INTO todos VALUES ('m', 'moved', 0)");
  await migrate(open(), { migrationsFolder: folder });
  expect(await open().select().from(todos)).toHaveLength(1);
  rmSync(folder, { recursive: true });
});
