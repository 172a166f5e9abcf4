/** Drizzle's migrators of engines that answer at once run in a transaction by hand, also through withCrr. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import { drizzle as drizzleSqlJs } from 'drizzle-orm/sql-js';
import { migrate as migrateSqlJs } from 'drizzle-orm/sql-js/migrator';
import Libsql from 'libsql';
import initSqlJs from 'sql.js';
import { expect, onTestFinished, test } from 'vitest';
import { todos } from '../../examples/quickstart/schema.js';
import { withCrr } from '../../src/index.js';

const migrationsFolder = new URL('../../examples/quickstart/drizzle', import.meta.url).pathname;
const schema = { todos };

test('better-sqlite3', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'drizzle-crr-'));
  const client = new Libsql(join(directory, 'app.db'));
  onTestFinished(async () => {
    client.close();
    await rm(directory, { recursive: true });
  });
  const db = withCrr(drizzle({ client: client as never }), { schema });
  migrate(db, { migrationsFolder });
  db.insert(todos).values({ id: 'a', title: 'write' }).run();
  expect(await db.$crr.version()).toBe(1);
});

test('sql.js', async () => {
  const { Database } = await initSqlJs();
  const db = withCrr(drizzleSqlJs(new Database()), { schema });
  migrateSqlJs(db, { migrationsFolder });
  db.insert(todos).values({ id: 'a', title: 'write' }).run();
  expect(await db.$crr.version()).toBe(1);
});
