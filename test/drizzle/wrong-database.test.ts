/** What is nearly a database that withCrr takes: each is refused by what it is. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { drizzle } from 'drizzle-orm/libsql';
import { drizzle as drizzleMySql } from 'drizzle-orm/mysql-proxy';
import { drizzle as drizzlePg } from 'drizzle-orm/pg-proxy';
import { drizzle as drizzleSqlJs } from 'drizzle-orm/sql-js';
import { integer, SQLiteTable, text } from 'drizzle-orm/sqlite-core';
import { drizzle as drizzleProxy } from 'drizzle-orm/sqlite-proxy';
import Libsql from 'libsql';
import initSqlJs from 'sql.js';
import { expect, onTestFinished, test } from 'vitest';
import { asCrr, crrTable, withCrr } from '../../src/index.js';
import { memoryClient } from '../support/client.js';
import { isDrizzle1 } from '../support/drizzle-line.js';
import { root } from '../support/run-tsx.js';
import { openSite } from '../support/site.js';

const todos = crrTable('todos', { id: text('id').primaryKey().notNull(), n: integer('n') });
const schema = { todos };
const DDL = 'CREATE TABLE todos (id TEXT PRIMARY KEY NOT NULL, n INTEGER)';

function memoryDatabase(): Libsql.Database {
  const client = new Libsql(':memory:');
  onTestFinished(async () => void (await client.close()));
  return client;
}

const rowless = async () => ({ rows: [] });

test.each([
  ['PostgreSQL', () => drizzlePg(rowless), /a Pg\w*, and CRRs are replicated on SQLite only/],
  ['MySQL', () => drizzleMySql(rowless), /a MySql\w*, and CRRs are replicated on SQLite only/],
  ['a client of libSQL', () => memoryClient(), /a database client: make a Drizzle database/],
  ['a client of better-sqlite3', memoryDatabase, /a database client: make a Drizzle database/],
  [
    'a database that withCrr returned',
    () => withCrr(drizzle({ client: memoryClient() }), { schema }),
    /a database that it returned: call it once/,
  ],
] as const)('%s', (_, make, message) => {
  expect(() => withCrr(make() as object, { schema })).toThrow(
    expect.objectContaining({
      code: 'CRR_USAGE_DRIVER',
      message: expect.stringMatching(message),
    }),
  );
});

test('tables of another copy of drizzle-orm, of the other line', async () => {
  const other = isDrizzle1 ? 'drizzle-orm' : 'drizzle-orm-1';
  const url = pathToFileURL(`${root}/node_modules/${other}/sqlite-core/index.js`).href;
  const core = await import(/* @vite-ignore */ url);
  const columns = { id: core.text('id').primaryKey().notNull(), n: core.integer('n') };
  const foreign = asCrr(core.sqliteTable('todos', columns));
  expect(() => withCrr(drizzle({ client: memoryClient() }), { schema: { foreign } })).toThrow(
    expect.objectContaining({
      code: 'CRR_USAGE_DRIVER',
      message: expect.stringMatching(
        isDrizzle1
          ? /two copies of drizzle-orm: the database was made by 1\.0, and table "todos" by 0\.45/
          : /two copies of drizzle-orm: the database was made by 0\.45, and table "todos" by 1\.0/,
      ),
    }),
  );
});

test('tables of another copy of drizzle-orm, of the same line, work', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'drizzle-crr-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const copy = join(directory, 'node_modules/drizzle-orm');
  const ours = `${root}/node_modules/${isDrizzle1 ? 'drizzle-orm-1' : 'drizzle-orm'}`;
  await cp(ours, copy, { recursive: true, filter: (path) => !/\.(map|cjs|[cm]?ts)$/.test(path) });
  const core = await import(/* @vite-ignore */ pathToFileURL(`${copy}/sqlite-core/index.js`).href);
  expect(core.SQLiteTable).not.toBe(SQLiteTable);
  const other = core.sqliteTable('todos', {
    id: core.text('id').primaryKey().notNull(),
    n: core.integer('n'),
  });
  const [mixed, own] = [await openSite({ todos: asCrr(other) }), await openSite(schema)];
  await mixed.insert(other).values({ id: 'a', n: 1 });
  await mixed.transaction(async (tx) => void (await tx.update(other).set({ n: 2 })));
  await own.$crr.apply(await mixed.$crr.changes());
  await own.update(todos).set({ n: 3 });
  await mixed.$crr.apply(await own.$crr.changes());
  expect(await mixed.select().from(other)).toEqual([{ id: 'a', n: 3 }]);
});

test('$crr inside of a transaction of an engine that answers at once', async () => {
  const { Database } = await initSqlJs();
  const client = new Database();
  client.run(DDL);
  const db = withCrr(drizzleSqlJs(client), { schema });
  await db.$crr.install();
  let used: Promise<unknown> | undefined;
  db.transaction((tx) => {
    tx.insert(todos).values({ id: 'a' }).run();
    used = db.$crr.version().catch((error: unknown) => error);
  });
  expect(await used).toMatchObject({
    code: 'CRR_USAGE_ASYNC_TRANSACTION',
    message: '$crr was used while a transaction of sql.js is open: use it before or after',
  });
  expect(await db.$crr.version()).toBe(1);
});

/** What an application gives to sqlite-proxy, on either line of Drizzle. */
const executors = (query: (sql: string, params: unknown[]) => unknown[]) =>
  (isDrizzle1
    ? {
        all: async (sql: string, params: unknown[]) => query(sql, params),
        get: async (sql: string, params: unknown[]) => query(sql, params)[0],
        run: async (sql: string, params: unknown[]) => query(sql, params),
      }
    : async (sql: string, params: unknown[]) => ({ rows: query(sql, params) })) as never;

test('functions of sqlite-proxy that give rows as objects', async () => {
  const client = memoryDatabase();
  client.exec(DDL);
  const query = (sql: string, params: unknown[]) => {
    const prepared = client.prepare(sql);
    if (prepared.reader) return prepared.all(params);
    prepared.run(params);
    return [];
  };
  const db = withCrr(drizzleProxy(executors(query)), { schema });
  await expect(db.$crr.install()).rejects.toMatchObject({
    code: 'CRR_USAGE_DRIVER',
    message: expect.stringMatching(/return rows as objects: return each as an array/),
  });
});

test('functions of sqlite-proxy that open a connection for each call', async () => {
  const query = (sql: string, params: unknown[]) => {
    const client = memoryDatabase();
    client.exec(DDL);
    const prepared = client.prepare(sql);
    if (prepared.reader) return prepared.raw().all(params);
    prepared.run(params);
    return [];
  };
  const db = withCrr(drizzleProxy(executors(query)), { schema });
  await expect(db.$crr.install()).rejects.toMatchObject({
    code: 'CRR_USAGE_DRIVER',
    message: expect.stringMatching(/all of them have to reach the same connection/),
  });
});

test('a result of apply() is logged with its rows', async () => {
  const [a, b] = [await openSite(schema), await openSite(schema)];
  await a.insert(todos).values({ id: 'x', n: 1 });
  const result = await b.$crr.apply(await a.$crr.changes());
  const logged = inspect(result, { depth: 5 });
  expect(logged).not.toContain('Getter');
  expect(logged).toMatch(/inserted: \[ \{ table: 'todos', key: \{ id: 'x' \} \} \]/);
  expect(Object.keys(result)).toContain('inserted');
});
