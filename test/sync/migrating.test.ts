/** Sites that differ in the types of their columns, because only one has migrated, go on syncing. */
import { text } from 'drizzle-orm/sqlite-core';
import { expect, test } from 'vitest';
import { counter, crrTable, lww, mvr } from '../../src/index.js';
import { readSchema } from '../../src/schema/read-schema.js';
import { schemaFingerprint } from '../../src/sync/fingerprint.js';
import { openSite } from '../support/site.js';
import { connect, serve } from './world.js';

const id = () => text('id').primaryKey().notNull();
const byVersion = crrTable('tasks', { id: id(), state: text('state') });
const byTime = crrTable('tasks', { id: id(), state: lww(text('state'), { by: 'time' }) });
const register = crrTable('tasks', { id: id(), state: mvr(text('state')) });
const count = crrTable('tasks', { id: id(), state: counter('state') });

async function open(tasks: typeof byVersion) {
  const ddl = 'CREATE TABLE tasks (id TEXT PRIMARY KEY NOT NULL, state TEXT)';
  const db = await openSite({ tasks }, undefined, { ddl });
  return { db, client: db.$client, crr: db.$crr };
}

const states = ({ db }: Awaited<ReturnType<typeof open>>) =>
  db.select().from(byVersion).orderBy(byVersion.id);

test.each([
  ['the server', byTime, byVersion],
  ['the client', byVersion, byTime],
])('%s merges by time already', async (_, serverTable, clientTable) => {
  const server = await open(serverTable as typeof byVersion);
  const client = await open(clientTable as typeof byVersion);
  const sync = connect(client, serve(server));
  await client.db.insert(byVersion).values({ id: 'a', state: 'client' });
  await sync.sync();
  await server.db.update(byVersion).set({ state: 'server' });
  const pulled = await sync.sync();
  expect(pulled.sameSchema).toBe(false);
  expect(await states(client)).toEqual([{ id: 'a', state: 'server' }]);
  await client.db.update(byVersion).set({ state: 'client again' });
  await sync.sync();
  expect(await states(server)).toEqual(await states(client));
});

test('schemas that differ in a column type have different fingerprints', () => {
  const tables = [byVersion, byTime, register, count];
  const prints = tables.map((tasks) => schemaFingerprint(readSchema({ tasks })));
  expect(new Set(prints).size).toBe(tables.length);
});
