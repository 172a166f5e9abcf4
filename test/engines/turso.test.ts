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
