/** Handlers that each read from a replica of sqld of their own, before one primary: real processes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Fetch } from '../../src/sync/index.js';
import { type Sqld, sqldBinary, startSqld } from '../../tools/sqld/index.js';
import { connect, contents, note, notes, openSite, serve } from './world.js';

async function cluster() {
  const started: Sqld[] = [];
  onTestFinished(async () => {
    await Promise.all(started.map((server) => server.stop()));
  });
  const start = async (options: Parameters<typeof startSqld>[0]) => {
    const server = (await startSqld(options))!;
    started.push(server);
    return server;
  };
  const primary = await start({ hasReplicas: true });
  const server = await openSite(primary.httpUrl);
  const replicas = await Promise.all([0, 1].map(() => start({ primary: primary.replicationUrl! })));
  return { primary, server, replicas };
}

/** Repeats a sync that a replica which is behind refuses for now. */
const patient = { retry: { attempts: 40, baseMs: 20, maxMs: 100 } };

describe.skipIf(sqldBinary() === undefined)(
  'handlers on replicas (skipped where sqld has no binary)',
  () => {
    test('what a client has sent by one it does not miss at the other, and all converge', async () => {
      const { server, replicas } = await cluster();
      const handlers = await Promise.all(
        replicas.map(async ({ httpUrl }) => serve(await openSite(httpUrl))),
      );
      const turns = [0, 1, 0];
      const clients = await Promise.all(
        turns.map(async (first) => {
          let next = first;
          // Each request goes to the other replica.
          const fetch: Fetch = (request) => handlers[next++ % 2]!(request);
          const site = await openSite();
          return { site, sync: connect(site, fetch, patient) };
        }),
      );
      for (let round = 0; round < 3; round++) {
        for (const [i, { site, sync }] of clients.entries()) {
          await site.db.insert(notes).values(note(`${round}-${i}`));
          if (round > 0)
            await site.db
              .update(notes)
              .set({ stars: round })
              .where(eq(notes.id, `0-${i}`));
          await sync.sync();
          // It keeps what it wrote, and never has to begin again.
          expect(
            await site.db
              .select()
              .from(notes)
              .where(eq(notes.id, `${round}-${i}`)),
          ).toHaveLength(1);
        }
      }
      for (let i = 0; i < 100; i++) {
        await Promise.all(clients.map(({ sync }) => sync.sync()));
        const end = await contents(server);
        const all = await Promise.all(clients.map(({ site }) => contents(site)));
        if (all.every((contents) => contents === end)) return;
        await sleep(50);
      }
      expect.fail('the clients have not got what the primary has');
    });
  },
);
