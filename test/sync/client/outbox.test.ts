import { setTimeout as sleep } from 'node:timers/promises';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { CrrSyncError, type Fetch } from '../../../src/sync/index.js';
import { Random, seedFromEnv } from '../../support/random.js';
import { connect, contents, note, notes, openSite, rowCount, serve } from '../world.js';

/** A network on which an answer takes longer than a turn of the event loop. */
const slowly =
  (handler: Fetch): Fetch =>
  async (request) => {
    await sleep(5);
    return handler(request);
  };

const many = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, i) => note(`${prefix}${String(i).padStart(4, '0')}`));

test('chunks that are read while others travel are sent once', async () => {
  const [server, a] = [await openSite(), await openSite()];
  await a.db.insert(notes).values(many('n', 300));
  const result = await connect(a, slowly(serve(server)), { maxChanges: 100 }).sync();
  expect(result).toMatchObject({ pushed: 1_500, pulled: 0 });
  expect(result.requests).toBeLessThan(25);
  expect((await contents(server)) === (await contents(a))).toBe(true);
});

test('what is written, deleted and pulled while a chunk is read ahead converges', async () => {
  const random = new Random(seedFromEnv());
  for (let round = 0; round < 4; round++) {
    const [server, a] = [await openSite(), await openSite()];
    await a.db.insert(notes).values(many('a', 120));
    await server.db.insert(notes).values(many('s', random.int(60)));
    const handler = serve(server);
    const sync = connect(
      a,
      async (request) => {
        const ids = () => `${random.pick(['a', 's'])}${String(random.int(120)).padStart(4, '0')}`;
        const write = async () => {
          const site = random.pick([a, server]);
          const isRow = eq(notes.id, ids());
          if (random.chance(0.3)) await site.db.delete(notes).where(isRow);
          else
            await site.db
              .update(notes)
              .set({ stars: random.int(9) })
              .where(isRow);
        };
        await write();
        await sleep(random.int(4));
        await write();
        const response = await handler(request);
        await write();
        return response;
      },
      { maxChanges: 20 + random.int(200) },
    );
    await sync.sync();
    let quiet = false;
    const last = connect(a, handler);
    for (let i = 0; i < 4 && !quiet; i++) {
      const { pushed, pulled } = await last.sync();
      quiet = pushed + pulled === 0;
    }
    expect(quiet).toBe(true);
    expect((await contents(a)) === (await contents(server))).toBe(true);
  }
});

test('rows that the server refuses are left out, whatever was read ahead', async () => {
  const [server, a] = [await openSite(), await openSite()];
  const rows = many('n', 200).map((row, i) => (i % 3 === 0 ? { ...row, owner: 'bob' } : row));
  await a.db.insert(notes).values(rows);
  const handler = serve(server, {
    authorize: () => ({ id: 'ann', tables: { notes: { where: eq(notes.owner, 'ann') } } }),
  });
  const sync = connect(a, slowly(handler), { maxChanges: 50 });
  expect((await sync.sync()).refused).toBe(67);
  expect(await rowCount(server)).toBe(133);
  expect(await rowCount(a)).toBe(200);
});

test('a sync that fails has read nothing when it ends', async () => {
  const [server, a] = [await openSite(), await openSite()];
  await a.db.insert(notes).values(many('n', 300));
  const handler = serve(server);
  let requests = 0;
  const sync = connect(
    a,
    slowly((request) => {
      if (++requests === 3) return Promise.reject(new Error('the network failed'));
      return handler(request);
    }),
    { maxChanges: 50 },
  );
  await expect(sync.sync()).rejects.toThrow(CrrSyncError);
  expect(await sync.sync()).toMatchObject({ pulled: 0 });
  expect((await contents(server)) === (await contents(a))).toBe(true);
});
