/** The recipe of docs/operations.md: a server whose file Litestream replicates is lost, and restored under a new site id. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { litestreamBinary } from '../../tools/litestream/index.js';
import { expectSound } from '../support/sound.js';
import { connect, note, notes, openSite, serve } from './world.js';

const binary = litestreamBinary();
const folder = mkdtempSync(join(tmpdir(), 'drizzle-crr-litestream-'));
const path = (name: string) => join(folder, name);
const replica = `file://${path('replica')}`;
let running: ChildProcess | undefined;
afterEach(async () => {
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

async function stop(): Promise<void> {
  const child = running;
  running = undefined;
  if (child === undefined || child.exitCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  // It replicates what is left before it ends.
  child.kill('SIGINT');
  await exited;
}

/** Restores the replica to a file. @returns whether there was anything to restore. */
function restore(name: string): boolean {
  rmSync(path(name), { force: true });
  const args = ['restore', '-if-replica-exists', '-o', path(name), replica];
  const { status, stderr } = spawnSync(binary!, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return existsSync(path(name));
}

describe.skipIf(binary === undefined)('Litestream (skipped without tools/litestream)', () => {
  test('a server is restored, takes a new site id, and gets back what was lost', async () => {
    const server = await openSite(`file:${path('server.db')}`);
    await server.client.execute('PRAGMA journal_mode = WAL');
    await server.db.insert(notes).values(note('replicated'));
    running = spawn(binary!, ['replicate', path('server.db'), replica], { stdio: 'ignore' });
    const client = await openSite();
    await connect(client, serve(server)).sync();
    for (let tries = 0; tries < 100 && !existsSync(path('replica')); tries++) await sleep(100);
    await stop();
    // Written, sent to a client, and lost.
    await server.db.insert(notes).values(note('lost'));
    await client.db.insert(notes).values(note('of the client'));
    await connect(client, serve(server)).sync();
    server.client.close();
    expect(restore('restored.db')).toBe(true);

    const restored = await openSite(`file:${path('restored.db')}`);
    expect((await restored.db.select().from(notes)).map(({ id }) => id)).toEqual(['replicated']);
    await restored.crr.rotateSiteId();
    await expectSound(restored.db);
    for (let round = 0; round < 2; round++) await connect(client, serve(restored)).sync();
    const rows = await restored.db.select().from(notes).orderBy(notes.id);
    expect(rows.map(({ id }) => id)).toEqual(['lost', 'of the client', 'replicated']);
    expect(await client.db.select().from(notes).orderBy(notes.id)).toEqual(rows);
    await expectSound(restored.db, client.db);
  });
});
