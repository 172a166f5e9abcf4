/** `drizzle-crr serve` and pipes, as processes: what a terminal does to them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, note, notes, openSite, type Site } from '../sync/world.js';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
let directory: string;
let server: Site;
const children: ChildProcess[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'crr-serve-'));
  server = await openSite(`file:${join(directory, 'server.db')}`);
  for (let i = 0; i < 40; i++) {
    const rows = Array.from({ length: 50 }, (_, n) => note(`${i}-${n}`, { body: 'x'.repeat(200) }));
    await server.db.insert(notes).values(rows);
  }
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  server.client.close();
  await rm(directory, { recursive: true, force: true });
});

function crr(...args: string[]) {
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      path('../../src/cli/bin.ts'),
      ...args,
      '--schema',
      path('../sync/world.ts'),
    ],
    {
      env: { ...process.env, DATABASE_URL: `file:${join(directory, 'server.db')}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  children.push(child);
  let [out, err] = ['', ''];
  child.stderr.on('data', (data) => {
    err += data;
  });
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const url = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (data) => {
      out += data;
      const found = /http:\S+/.exec(out);
      if (found) resolve(found[0]);
    });
    void exited.then(() => reject(new Error(`it ended: ${err}`)));
  });
  url.catch(() => {});
  return { child, exited, url, stderr: () => err };
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  'it serves on 127.0.0.1 alone until %s, which ends it cleanly, live streams and all',
  async (signal) => {
    const { child, exited, url, stderr } = crr('serve', '--port', '0');
    const address = await url;
    expect(new URL(address).hostname).toBe('127.0.0.1');
    const site = await openSite();
    const sync = connect(site, fetch, { url: address });
    expect((await sync.sync()).pulled).toBe(10_000);
    const others = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    for (const { address: host } of others.filter(
      (one) => one.family === 'IPv4' && !one.internal,
    )) {
      await expect(fetch(address.replace('127.0.0.1', host))).rejects.toThrow();
    }
    const stream = await fetch(address, { headers: { accept: 'text/event-stream' } });
    expect(stream.status).toBe(200);
    child.kill(signal);
    expect(await exited).toEqual([0, null]);
    expect(stderr()).toBe('');
    await stream.body!.cancel().catch(() => {});
    await expect(sync.sync()).rejects.toMatchObject({ code: 'CRR_SYNC_NETWORK' });
  },
);

test('a port that is taken is named, with what to do', async () => {
  const first = crr('serve', '--port', '0');
  const { port } = new URL(await first.url);
  const second = crr('serve', '--port', port);
  expect(await second.exited).toEqual([2, null]);
  expect(second.stderr()).toBe(
    `drizzle-crr serve: port ${port} is in use: give another one with --port, or --port 0 to take a free one\n`,
  );
  first.child.kill('SIGTERM');
  await first.exited;
});

test('changes into a pipe that closes early ends without a word', async () => {
  const { child, exited, stderr } = crr('changes', '--ndjson');
  child.stdout!.once('data', () => child.stdout!.destroy());
  expect(await exited).toEqual([0, null]);
  expect(stderr()).toBe('');
});
