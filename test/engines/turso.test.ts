/** What only Turso needs. */
import { connect } from '@tursodatabase/database';
import { expect, onTestFinished, test } from 'vitest';
import { turso } from '../../src/engines/turso.js';

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
