/** `drizzle-crr compact`: what it prints, removes and refuses, and its exit codes. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/libsql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withCrr } from '../../src/index.js';
import { createSync, createSyncHandler } from '../../src/sync/index.js';
import { startSqld } from '../../tools/sqld/index.js';
import { memoryClient, openClient } from '../support/client.js';
import type { TestProject } from '../support/project.js';
import { createNotes, notes, notesProject } from './notes-project.js';

let project: TestProject;
beforeAll(async () => {
  project = await notesProject();
});
afterAll(() => project?.remove());

const pathOf = (name: string) => join(project.folder, name);
const idsIn = async (client: ReturnType<typeof openClient>, sql: string) =>
  (await client.execute(sql)).rows.map((row) => row[0]);

/** A file with 2,000 rows, of which all but one are deleted. */
async function createWorn(name: string): Promise<void> {
  const client = openClient({ url: `file:${pathOf(name)}` });
  const db = await createNotes(client);
  const rows = Array.from({ length: 2_000 }, (_, i) => ({ id: `n${i}`, body: 'x'.repeat(200) }));
  await db.insert(notes).values(rows);
  await client.execute("DELETE FROM notes WHERE id <> 'n7'");
  client.close();
}

test('exchange by hand needs to be told how far, and then everything up to there goes', async () => {
  await createWorn('app.db');
  const refused = await project.crr('compact');
  expect([refused.code, refused.stdout]).toEqual([2, '']);
  expect(refused.stderr).toContain('pass --up-to');
  expect(await project.crr('compact', '--up-to', '100000')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^Removed 1999 tombstones, up to db_version \d+\.\n$/),
    stderr: '',
  });
  const client = openClient({ url: `file:${pathOf('app.db')}` });
  expect(await idsIn(client, 'SELECT id FROM notes')).toEqual(['n7']);
  expect(await idsIn(client, 'SELECT key_id FROM notes__crr_clock')).toEqual(['n7']);
  client.close();
  expect((await project.crr('compact', '--up-to', '100000')).stdout).toMatch(/^Removed 0 tomb/);
  expect((await project.crr('doctor')).code).toBe(0);
});

test('--vacuum makes the file smaller', async () => {
  await createWorn('worn.db');
  const url = ['--url', 'file:worn.db'];
  const before = statSync(pathOf('worn.db')).size;
  await project.crr('compact', '--up-to', '100000', ...url);
  expect(statSync(pathOf('worn.db')).size).toBe(before);
  expect((await project.crr('compact', '--up-to', '0', '--vacuum', ...url)).code).toBe(0);
  expect(statSync(pathOf('worn.db')).size).toBeLessThan(before / 3);
  expect((await project.crr('doctor', ...url)).code).toBe(0);
});

test('a peer that lacks deletes is named, and is not waited for after --peer-expiry days', async () => {
  const client = openClient({ url: `file:${pathOf('server.db')}` });
  const server = await createNotes(client);
  const device = await createNotes(memoryClient());
  const fetch = createSyncHandler({ db: server, public: true });
  await server.insert(notes).values([{ id: 'a' }, { id: 'b' }]);
  const sync = createSync({ db: device, fetch });
  await sync.sync();
  await sync.sync();
  await server.delete(notes).where(eq(notes.id, 'a'));
  await client.execute('UPDATE crr_peer SET seen = seen - 40');
  client.close();
  const id = Buffer.from(await device.$crr.siteId()).toString('hex');
  const url = ['--url', 'file:server.db'];
  const held = await project.crr('compact', ...url);
  expect([held.code, held.stderr]).toEqual([0, '']);
  expect(held.stdout).toContain('Removed 0 tombstones');
  expect(held.stdout).toContain(`Later deletes are kept for ${id}, last seen on `);
  const { stdout } = await project.crr('compact', '--peer-expiry', '30', ...url);
  expect(stdout).toContain('Removed 1 tombstone,');
  expect(stdout).not.toContain('Later deletes');
  // It comes back after all.
  const again = openClient({ url: `file:${pathOf('server.db')}` });
  const db = withCrr(drizzle(again), { schema: { notes } });
  await device.insert(notes).values({ id: 'c' });
  const back = createSync({ db: device, fetch: createSyncHandler({ db, public: true }) });
  await back.sync();
  expect(await idsIn(device.$client, 'SELECT id FROM notes ORDER BY id')).toEqual(['b', 'c']);
  expect(await idsIn(again, 'SELECT id FROM notes ORDER BY id')).toEqual(['b', 'c']);
});

test('a database that is not there exits with 1, and a number that is none with 2', async () => {
  const missing = await project.crr('compact', '--url', 'file:missing.db');
  expect([missing.code, missing.stdout]).toEqual([1, '']);
  for (const wrong of [
    ['--up-to', '-1'],
    ['--peer-expiry', 'x'],
    ['--upto', '3'],
  ]) {
    expect((await project.crr('compact', ...wrong)).code, wrong.join(' ')).toBe(2);
  }
});

test('sqld has no VACUUM, which does not undo what was removed', async ({ skip }) => {
  const sqld = await startSqld();
  if (sqld === undefined) return skip(`no sqld binary for ${process.platform}-${process.arch}`);
  try {
    const client = openClient({ url: sqld.httpUrl });
    const db = await createNotes(client);
    await db.insert(notes).values([{ id: 'a' }, { id: 'b' }]);
    await db.delete(notes).where(eq(notes.id, 'a'));
    const result = await project.crr(
      'compact',
      '--up-to',
      '100',
      '--vacuum',
      '--url',
      sqld.httpUrl,
    );
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/^Removed 1 tombstone, /);
    expect(result.stderr).toMatch(/the database refuses VACUUM \(.*unsupported statement.*\): /);
    expect(await idsIn(client, 'SELECT key_id FROM notes__crr_clock')).toEqual(['b']);
  } finally {
    await sqld.stop();
  }
});
