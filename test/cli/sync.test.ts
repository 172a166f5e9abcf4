/** `drizzle-crr serve` and `drizzle-crr sync` as processes: what a terminal and a pipe do to them. */
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningCommand, TestProject } from '../support/project.js';
import { createNotesFile, notesProject } from './notes-project.js';

let project: TestProject;
beforeAll(async () => {
  project = await notesProject();
  const rows = Array.from({ length: 1_500 }, (_, i) => ({ id: `${i}`, body: 'x'.repeat(200) }));
  await createNotesFile(project, 'app.db');
  await createNotesFile(project, 'server.db', rows);
});
afterAll(() => project?.remove());

async function serve(): Promise<{ running: RunningCommand; address: string }> {
  const running = project.start('serve', '--url', 'file:server.db', '--port', '0');
  const [address] = await running.printed(/http:\S+/);
  return { running, address };
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  'serve answers on 127.0.0.1 alone until %s, which ends it cleanly, live streams and all',
  async (signal) => {
    const { running, address } = await serve();
    expect(new URL(address).hostname).toBe('127.0.0.1');
    const others = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    for (const { address: host } of others.filter(
      (one) => one.family === 'IPv4' && !one.internal,
    )) {
      await expect(fetch(address.replace('127.0.0.1', host))).rejects.toThrow();
    }
    const stream = await fetch(address, { headers: { accept: 'text/event-stream' } });
    expect(stream.status).toBe(200);
    running.process.kill(signal);
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
    await stream.body!.cancel().catch(() => {});
  },
);

test('serve names a port that is taken, and what to do', async () => {
  const { running, address } = await serve();
  const { port } = new URL(address);
  const second = await project.crr('serve', '--url', 'file:server.db', '--port', port);
  expect(second).toEqual({
    code: 1,
    stdout: '',
    stderr: `drizzle-crr serve: port ${port} is in use: pass another --port, or --port 0 for a free one\n`,
  });
  running.process.kill('SIGTERM');
  await running.ended;
});

test('sync exchanges, with a bar on a terminal, and then finds nothing new, which is fine', async () => {
  const { running, address } = await serve();
  const first = await project.crrAnswering([], 'sync', address);
  expect(first.stdout).toMatch(/\[#{24}\] 100 %/);
  expect(first.stdout).toMatch(/Sent 0 changes, received 3000 /);
  expect(first.code).toBe(0);
  const second = await project.crr('sync', address, '--json', '--header', 'x-test: 1');
  expect(second).toEqual({ code: 0, stdout: 'Nothing new on either side.\n', stderr: '' });
  const status = await project.crr('status');
  expect(status.stdout).toMatch(new RegExp(`all +\\d+ +nothing +${address}`));
  running.process.kill('SIGTERM');
  await running.ended;
  const gone = await project.crr('sync', address);
  expect(gone).toMatchObject({ code: 1, stdout: '' });
  expect(gone.stderr).toMatch(
    new RegExp(
      `^drizzle-crr sync: ${address}: the server could not be reached[^\n]*ECONNREFUSED[^\n]*\n$`,
    ),
  );
});

test('changes into a pipe that closes early ends without a word', async () => {
  const { process, ended } = project.start('changes', '--ndjson', '--url', 'file:server.db');
  process.stdout!.once('data', () => process.stdout!.destroy());
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
});
