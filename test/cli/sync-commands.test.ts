import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changesCommand as changes } from '../../src/cli/changes.js';
import type { Command } from '../../src/cli/command.js';
import { listen } from '../../src/cli/node-http.js';
import { serveCommand } from '../../src/cli/serve.js';
import { statusCommand as status } from '../../src/cli/status.js';
import { progressBar, syncCommand as sync } from '../../src/cli/sync.js';
import { textTable } from '../../src/cli/text-table.js';
import { note, notes, openSite, type Site, serve } from '../sync/world.js';

let directory: string;
let site: Site;
let server: Site;
let url: string;
let stop: () => void;
const schema = fileURLToPath(new URL('../sync/world.js', import.meta.url));

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'crr-cli-'));
  site = await openSite(`file:${join(directory, 'a.db')}`);
  server = await openSite(`file:${join(directory, 'server.db')}`);
  await site.db.insert(notes).values([note('1'), note('2')]);
  await server.db.insert(notes).values(note('3'));
  await server.db.delete(notes);
  const http = await listen(serve(server), 0);
  url = `http://127.0.0.1:${(http.address() as { port: number }).port}/`;
  stop = () => {
    http.closeAllConnections();
    http.close();
  };
});

afterAll(async () => {
  stop();
  site.client.close();
  server.client.close();
  await rm(directory, { recursive: true, force: true });
});

async function run(command: Command, args: string[], isTTY = false) {
  let [out, err] = ['', ''];
  const code = await command.run(args, {
    stdout: (text) => {
      out += text;
    },
    stderr: (text) => {
      err += text;
    },
    cwd: directory,
    env: { DATABASE_URL: `file:${join(directory, 'a.db')}` },
    isTTY,
  });
  return { code, out, err };
}

test('changes shows the feed as a table', async () => {
  const { out } = await run(changes, ['--schema', schema, '--since', '1']);
  expect(out.split('\n')[0]).toMatch(/^db_version +seq +table +key +cid +value/);
  expect(out).toMatch(/2 +\d+ +notes +"2" +owner +"ann"/);
  expect(out).not.toMatch(/"1"/);
});

test('changes --ndjson is one object per line', async () => {
  const { out } = await run(changes, ['--schema', schema, '--ndjson']);
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(10);
  expect(lines.find(({ cid }) => cid === 'stars').val).toEqual({ integer: '1' });
});

test('changes beyond the newest says so', async () => {
  const { out, code } = await run(changes, ['--schema', schema, '--since', '99']);
  expect([code, out]).toEqual([0, 'nothing is newer than db_version 99\n']);
});

test('sync exchanges, with a bar on a terminal, and then finds nothing new', async () => {
  const first = await run(sync, [url, '--schema', schema], true);
  expect(first.out).toMatch(/^sent 10 changes, received 1, in 1 request /);
  expect(first.err).toMatch(/\[#{24}\] 100 %/);
  const second = await run(sync, [url, '--schema', schema]);
  expect([second.out, second.err]).toEqual(['nothing new on either side\n', '']);
});

test('status tells of tables and peers', async () => {
  const { out } = await run(status, ['--schema', schema]);
  expect(out).toContain(Buffer.from(await site.crr.siteId()).toString('hex'));
  expect(out).toMatch(/notes +2 +1/);
  const peer = Buffer.from(await server.crr.siteId()).toString('hex');
  expect(out).toMatch(new RegExp(`${peer} +all +\\d+ +nothing +${url}`));
});

test.each([
  [sync, ['--schema', schema], /one address/],
  [sync, ['http://x/', '--schema', schema, '--header', 'x'], /name: value/],
  [sync, ['localhost:8788', '--schema', schema], /http:\/\/ or https:\/\//],
  [status, [], /--schema/],
  [changes, ['--schema', schema, '--since', 'x'], /--since must be/],
  [serveCommand, ['--schema', schema, '--port', 'x'], /--port/],
])('bad arguments are refused', async (command, args, message) => {
  await expect(run(command as Command, args as string[])).rejects.toThrow(message as RegExp);
});

test('a server that is not there is told as what it is', async () => {
  const gone = await listen(serve(server), 0);
  const { port } = gone.address() as { port: number };
  await new Promise((resolve) => gone.close(resolve));
  await expect(run(sync, [`http://127.0.0.1:${port}/`, '--schema', schema])).rejects.toThrow(
    /could not be reached, or the connection broke \(ECONNREFUSED\)/,
  );
});

test('the bar shows the share that is done', () => {
  const at = (share: number) =>
    progressBar({
      pushed: 10,
      pulled: 20,
      requests: 1,
      share,
      serverVersion: 100,
      pulledTo: 0,
      localVersion: 100,
      pushedTo: 0,
    });
  expect(at(0)).toBe(`[${'.'.repeat(24)}]   0 %  sent 10, received 20`);
  expect(at(0.5)).toBe(`[${'#'.repeat(12)}${'.'.repeat(12)}]  50 %  sent 10, received 20`);
  expect(at(1)).toBe(`[${'#'.repeat(24)}] 100 %  sent 10, received 20`);
});

test('a table keeps its columns where characters are wide, and over pages', () => {
  const widths: number[] = [];
  const first = textTable(['name', 'n'], [['界e\u0301', 1]], widths);
  expect(first).toBe('name  n\n界e\u0301   1');
  expect(textTable(['name', 'n'], [['abcdef', 22]], widths).split('\n')[1]).toBe('abcdef  22');
  expect(textTable(['name', 'n'], [['a', 3]], widths).split('\n')[1]).toBe('a        3');
});
