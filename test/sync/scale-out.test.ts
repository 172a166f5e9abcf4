/** Two handlers in processes of their own before one sqld; one dies while clients sync. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { sqldBinary, startSqld } from '../../tools/sqld/index.js';
import { connect, contents, note, notes, openSite } from './world.js';

/** Starts a handler in a process of its own. */
async function spawnServer(databaseUrl: string, lastAnswer = 0) {
  const script = fileURLToPath(new URL('./serve-process.js', import.meta.url));
  const child: ChildProcess = spawn(
    process.execPath,
    ['--import', 'tsx', script, databaseUrl, String(lastAnswer)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const exited = new Promise<unknown>((resolve) => {
    child.once('exit', (_, signal) => resolve(signal));
  });
  const lines = createInterface({ input: child.stdout! });
  const url = await new Promise<string>((resolve, reject) => {
    lines.once('line', resolve);
    child.once('exit', () => reject(new Error('the server ended at once')));
  });
  return { url, exited, kill: () => child.kill('SIGKILL') };
}

const hasSqld = sqldBinary() !== undefined;
describe.skipIf(!hasSqld)('two handlers, one sqld (skipped where sqld has no binary)', () => {
  test('one dies between commit and reply: nothing is lost or doubled', async () => {
    const sqld = (await startSqld())!;
    const server = await openSite(sqld.httpUrl);
    const handlers = await Promise.all([spawnServer(sqld.httpUrl, 7), spawnServer(sqld.httpUrl)]);
    try {
      const clients = await Promise.all([0, 1, 2, 3].map(() => openSite()));
      let failed = 0;
      // As a load balancer does: the next one where the first does not answer.
      const syncs = clients.map((client, i) =>
        connect(
          client,
          async (request) => {
            const target = (handler: number) => {
              const { url } = handlers[handler % 2]!;
              return new Request(url, request.clone() as RequestInit);
            };
            try {
              return await fetch(target(i));
            } catch {
              failed++;
              return fetch(target(i + 1));
            }
          },
          { chunkBytes: 4_000, retry: { attempts: 5, baseMs: 5, maxMs: 50 } },
        ),
      );
      await Promise.all(
        clients.map((client, i) =>
          client.db
            .insert(notes)
            .values(Array.from({ length: 400 }, (_, n) => note(`${i}-${n}`, { stars: n }))),
        ),
      );
      await Promise.all(syncs.map((sync) => sync.sync()));
      for (const sync of syncs) await sync.sync();
      expect(await handlers[0].exited).toBe('SIGKILL');
      expect(failed).toBeGreaterThan(0);
      const end = await contents(server);
      expect((await server.db.select().from(notes)).length).toBe(1_600);
      for (const client of clients) expect((await contents(client)) === end).toBe(true);
      for (const sync of syncs) expect(await sync.sync()).toMatchObject({ pushed: 0, pulled: 0 });
    } finally {
      for (const { kill } of handlers) kill();
      await sqld.stop();
    }
  });
});
