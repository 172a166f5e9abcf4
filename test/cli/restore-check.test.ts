/**
 * `drizzle-crr restore-check`, in the recipe of docs/operations.md: a server is backed up while it runs, goes on, is lost, and is
 * restored. The command says what its clients know and it does not, and gives it a new site id; then nothing is lost.
 */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withCrr } from '../../src/index.js';
import { createSync, createSyncHandler } from '../../src/sync/index.js';
import { openClient } from '../support/client.js';
import type { TestProject } from '../support/project.js';
import { createNotesFile, notes, notesProject } from './notes-project.js';

let project: TestProject;
beforeAll(async () => {
  project = await notesProject();
});
afterAll(() => project?.remove());

const pathOf = (name: string) => join(project.folder, name);

function open(name: string) {
  const client = openClient({ url: `file:${pathOf(name)}` });
  return withCrr(drizzle({ client, schema: { notes } }), { schema: { notes } });
}

const sync = (client: ReturnType<typeof open>, server: ReturnType<typeof open>) =>
  createSync({
    db: client,
    fetch: createSyncHandler({ db: server, public: true, onError: () => {} }),
  }).sync();

test('a restored server is told what it lacks, and loses nothing after --rotate', async () => {
  await createNotesFile(project, 'server.db', [{ id: 'a', body: 'first' }]);
  await createNotesFile(project, 'client.db');
  let server = open('server.db');
  const client = open('client.db');
  await sync(client, server);
  await server.$client.execute(`VACUUM INTO '${pathOf('backup.db')}'`);
  await server.update(notes).set({ body: 'after the backup' });
  await client.insert(notes).values({ id: 'b', body: 'of the client' });
  await sync(client, server);
  server.$client.close();
  copyFileSync(pathOf('backup.db'), pathOf('restored.db'));

  const args = ['restore-check', '--url', 'file:restored.db'];
  const alone = await project.crr(...args);
  expect([alone.code, alone.stdout]).toEqual([0, expect.stringMatching(/^Site [0-9a-f]{32} at /)]);
  const found = await project.crr(...args, '--against', 'file:client.db');
  expect(found.code).toBe(1);
  expect(found.stdout).toMatch(/has read up to db_version \d+ of this database/);
  expect(found.stdout).toContain('has the last writes of this site to 1 row');
  expect(found.stdout).toContain('--rotate');

  // A write of its own takes the versions that the client knows.
  server = open('restored.db');
  await server.update(notes).set({ body: 'written again' }).where(eq(notes.id, 'a'));
  server.$client.close();
  const reused = await project.crr(...args, '--against', 'file:client.db');
  expect(reused.stdout).toContain('has other values of 1 row under the same versions');

  copyFileSync(pathOf('backup.db'), pathOf('restored.db'));
  const rotated = await project.crr(...args, '--against', 'file:client.db', '--rotate');
  expect([rotated.code, rotated.stdout]).toEqual([
    0,
    expect.stringMatching(/the site id [0-9a-f]{32} now/),
  ]);
  expect((await project.crr(...args, '--against', 'file:client.db')).code).toBe(0);
  server = open('restored.db');
  await sync(client, server);
  await sync(client, server);
  const rows = await server.select().from(notes).orderBy(notes.id);
  expect(rows.map(({ id, body }) => [id, body])).toEqual([
    ['a', 'after the backup'],
    ['b', 'of the client'],
  ]);
  expect(await client.select().from(notes).orderBy(notes.id)).toEqual(rows);
  expect((await project.crr('doctor', '--url', 'file:restored.db')).code).toBe(0);
});

test('a copy is told that it is one, and a peer that was restored is named', async () => {
  await createNotesFile(project, 'original.db', [{ id: 'a' }]);
  await createNotesFile(project, 'peer.db');
  const [original, peer] = [open('original.db'), open('peer.db')];
  await peer.$client.execute(`VACUUM INTO '${pathOf('old-peer.db')}'`);
  await sync(peer, original);
  await peer.insert(notes).values({ id: 'p' });
  await sync(peer, original);
  await original.$client.execute(`VACUUM INTO '${pathOf('copy.db')}'`);
  for (const { $client } of [original, peer]) $client.close();
  const args = ['restore-check', '--url', 'file:copy.db', '--against'];
  const copied = await project.crr(...args, 'file:original.db');
  expect([copied.code, copied.stdout]).toEqual([
    1,
    expect.stringContaining('has the same site id'),
  ]);
  expect((await project.crr(...args, 'file:peer.db')).code).toBe(0);
  const behind = await project.crr(...args, 'file:old-peer.db');
  expect([behind.code, behind.stdout]).toEqual([1, expect.stringContaining('was restored itself')]);
});
