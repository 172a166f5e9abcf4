/** Handlers that each read from a replica of sqld of their own, before one primary: real processes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { CrrSyncError } from '../../src/index.js';
import type { Fetch } from '../../src/sync/index.js';
import { type Sqld, sqldBinary, startSqld } from '../../tools/sqld/index.js';
import { cutLineTo } from './cut-line.js';
import { connect, contents, note, notes, openSite, type Site, serve } from './world.js';

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
  const line = await cutLineTo(primary.replicationUrl!);
  onTestFinished(() => line.stop());
  // One of them follows over a line that can be cut.
  const replicas = await Promise.all(
    [primary.replicationUrl!, line.url].map((url) => start({ primary: url })),
  );
  return { primary, server, replicas, line };
}

/** Answers from the replica, and from the primary if that one cannot, or is behind what the client knows. */
function nearest(near: Fetch, primary: Fetch): Fetch {
  return async (request) => {
    const again = request.clone();
    const response = await near(request);
    return response.status >= 500 ? primary(again) : response;
  };
}

const failures = (errors: unknown[]) => ({ onError: (error: unknown) => void errors.push(error) });

/** Waits for what replicas get to in their own time. */
async function eventually(isTrue: () => Promise<boolean>) {
  for (let i = 0; i < 200; i++) {
    if (await isTrue()) return;
    await sleep(50);
  }
  expect.fail('it has not come to that in 10 seconds');
}

const ids = async ({ db }: Site) =>
  (await db.select({ id: notes.id }).from(notes).orderBy(notes.id)).map(({ id }) => id);

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

    test('a replica that is cut off never takes a client back: it is asked to try again, or the primary answers', async () => {
      const { server, replicas, line } = await cluster();
      const errors: unknown[] = [];
      const cutOff = await openSite(replicas[1]!.httpUrl);
      const near = serve(cutOff, failures(errors));
      const site = await openSite();
      let fetch: Fetch = serve(server);
      const sync = connect(site, (request) => fetch(request));
      await site.db.insert(notes).values(note('a'));
      await sync.sync();
      await eventually(async () => (await ids(cutOff)).includes('a'));
      const siteId = await server.crr.siteId();

      line.cut();
      await server.db.insert(notes).values(note('b'));
      await site.db.update(notes).set({ stars: 7 }).where(eq(notes.id, 'a'));
      await sync.sync();
      const known = await contents(site);
      expect(await ids(site)).toEqual(['a', 'b']);
      // The replica still answers, with what it had.
      expect(await ids(cutOff)).toEqual(['a']);

      fetch = near;
      const error = await sync.sync().then(
        () => undefined,
        (reason: CrrSyncError) => reason,
      );
      // It reports nothing as done, and the client will try again.
      expect(error).toMatchObject({ code: 'CRR_SYNC_SERVER', status: 500 });
      expect(errors).not.toEqual([]);
      expect(await contents(site)).toEqual(known);
      // Another client, which knows nothing, is not refused: what it gets is old, and it goes on from there.
      const newcomer = await openSite();
      await connect(newcomer, near).sync();
      expect(await ids(newcomer)).toEqual(['a']);
      await site.db.insert(notes).values(note('c'));
      fetch = nearest(near, serve(server));
      await sync.sync();
      expect(await ids(server)).toEqual(['a', 'b', 'c']);
      await connect(newcomer, fetch).sync();
      expect(await ids(newcomer)).toEqual(['a', 'b', 'c']);
      // Nobody took the server for restored.
      expect(await server.crr.siteId()).toEqual(siteId);

      line.restore();
      await eventually(async () => (await ids(cutOff)).length === 3);
      fetch = near;
      await site.db.insert(notes).values(note('d'));
      await eventually(() =>
        sync.sync().then(
          () => true,
          () => false,
        ),
      );
      expect(await ids(server)).toEqual(['a', 'b', 'c', 'd']);
      expect(await contents(site)).toEqual(await contents(server));
    });

    test('a replica that dies: the primary answers, and without one the client tries again later', async () => {
      const { server, replicas } = await cluster();
      const errors: unknown[] = [];
      const near = serve(await openSite(replicas[0]!.httpUrl), failures(errors));
      const site = await openSite();
      let fetch = near;
      const sync = connect(site, (request) => fetch(request));
      await site.db.insert(notes).values(note('a'));
      await sync.sync();
      await replicas[0]!.kill();

      await site.db.insert(notes).values(note('b'));
      await expect(sync.sync()).rejects.toMatchObject({ status: 500 });
      expect(errors).not.toEqual([]);
      fetch = nearest(near, serve(server));
      await server.db.insert(notes).values(note('c'));
      await sync.sync();
      expect(await ids(server)).toEqual(['a', 'b', 'c']);
      expect(await contents(site)).toEqual(await contents(server));
    });
  },
);
