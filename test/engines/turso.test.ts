/** What only Turso needs. */
import { connect } from '@tursodatabase/database';
import { text } from 'drizzle-orm/sqlite-core';
import { expect, onTestFinished, test } from 'vitest';
import { CrrCore } from '../../src/database/crr.js';
import { turso } from '../../src/engines/turso.js';
import { crrTable } from '../../src/index.js';
import { readSchema } from '../../src/schema/read-schema.js';
import { makeMerging } from '../../src/tables/merging.js';

const READ = { sql: 'SELECT 1', args: [] };

async function open() {
  const client = await connect(':memory:');
  onTestFinished(async () => void (await client.close()));
  const tempStore = async () => {
    const [result] = await client.batch(['PRAGMA temp_store'], { raw: true });
    return (result!.rows[0] as unknown as readonly unknown[])[0];
  };
  return { client, engine: turso.connect(client, {})!, tempStore };
}

test('the rows of an UPDATE with triggers are kept in memory: a file for each would take milliseconds', async () => {
  const { engine, tempStore } = await open();
  expect(await tempStore()).toBe(0);
  await engine.batch([READ], 'read');
  expect(await tempStore()).toBe(2);
});

test('what the application has set stays', async () => {
  const { client, engine, tempStore } = await open();
  await client.exec('PRAGMA temp_store = FILE');
  await engine.batch([READ], 'read');
  expect(await tempStore()).toBe(1);
});

test('it is set by the next batch if a transaction is open at the first', async () => {
  const { client, engine, tempStore } = await open();
  await client.exec('BEGIN IMMEDIATE');
  await engine.batch([READ], 'write');
  expect(await tempStore()).toBe(0);
  await client.exec('COMMIT');
  await engine.batch([READ], 'write');
  expect(await tempStore()).toBe(2);
});

/** Generated triggers write clocks by upserts, so a row that is inserted so under the key of a deleted one is not replicated. */
test('OR IGNORE of a statement turns off upserts in the triggers that it fires, which ON CONFLICT DO NOTHING does not', async () => {
  const { client } = await open();
  await client.exec(`
    CREATE TABLE t (key TEXT PRIMARY KEY);
    CREATE TABLE log (key TEXT PRIMARY KEY, times INTEGER);
    CREATE TRIGGER t_insert AFTER INSERT ON t BEGIN
      INSERT INTO log VALUES (NEW.key, 1) ON CONFLICT DO UPDATE SET times = times + 1;
    END;
  `);
  const timesAfter = async (insert: string) => {
    await client.exec(`DELETE FROM t; ${insert}`);
    const [result] = await client.batch(['SELECT times FROM log'], { raw: true });
    return (result!.rows[0] as unknown as readonly unknown[])[0];
  };
  expect(await timesAfter("INSERT INTO t VALUES ('a')")).toBe(1);
  expect(await timesAfter("INSERT INTO t VALUES ('a') ON CONFLICT DO NOTHING")).toBe(2);
  // SQLite gives 3.
  expect(await timesAfter("INSERT OR IGNORE INTO t VALUES ('a')")).toBe(2);
});

const items = crrTable('items', { id: text('id').primaryKey().notNull(), name: text('name') });

/** A database of `items` on Turso, whose triggers of the application note what fires. */
async function openItems() {
  const { client, engine } = await open();
  const run = (...all: string[]) =>
    engine.batch(
      all.map((sql) => ({ sql, args: [] })),
      'write',
    );
  await run(
    'CREATE TABLE items (id TEXT PRIMARY KEY NOT NULL, name TEXT)',
    'CREATE TABLE fired (name)',
  );
  await run(
    "CREATE TRIGGER noted AFTER UPDATE ON items BEGIN INSERT INTO fired VALUES ('update ' || new.name); END",
  );
  const gate = async () => {
    const [rows] = await run(
      "SELECT sql FROM sqlite_master WHERE name = 'items__crr_on_merge_newer_row'",
    );
    return String(rows![0]![0]);
  };
  const fired = async () => (await run('SELECT name FROM fired'))[0]!.map((row) => row[0]);
  const crr = new CrrCore({ connection: engine, schema: readSchema({ items }) });
  return { client, engine, crr, run, gate, fired };
}

test('a newer row overwrites by an upsert, which fires the UPDATE triggers of the application', async () => {
  const source = await openItems();
  await source.crr.install();
  await source.run("INSERT INTO items VALUES ('a', 'one')");
  const changes = async () => (await source.crr.read('changes()', {})).changes;
  const first = await changes();
  await source.run("UPDATE items SET name = 'two'");
  const target = await openItems();
  await target.crr.install();
  expect(await target.gate()).toMatch(/ON CONFLICT/);
  await target.crr.merge(first, {});
  await target.crr.merge(await changes(), {});
  expect((await target.run('SELECT name FROM items'))[0]!.map((row) => row[0])).toEqual(['two']);
  expect(await target.fired()).toEqual(['update two']);
});

test('what another engine has made for merging stays', async () => {
  const { crr, run, gate } = await openItems();
  await crr.install();
  const [spec] = readSchema({ items }).tables.values();
  await run(...makeMerging(spec!, new Map()));
  const made = await gate();
  await crr.install();
  expect(await gate()).toBe(made);
  expect(made).not.toMatch(/ON CONFLICT/);
});
