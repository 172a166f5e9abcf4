/** Counters and registers of clients that were copied or restored, and whose site id nobody changed by hand. */
import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { increment } from '../../../src/index.js';
import { createSyncHandler, type Fetch } from '../../../src/sync/index.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../../support/random.js';
import { registerConflicts } from '../../support/site.js';
import {
  add,
  backup,
  idsOf,
  item,
  items,
  openFile,
  type Restorable,
  rowsOf,
  stateOf,
  writeAny,
} from '../restorable.js';
import { connect } from '../world.js';

async function openServer() {
  const site = await openFile();
  const fetch = createSyncHandler({ db: site.db, public: true });
  return { site, fetch, connect: (client: Restorable) => connect(client, fetch) };
}

const votesOf = async (site: Restorable) => (await rowsOf(site)).map(({ votes }) => votes);
const statusesOf = async ({ crr }: Restorable) =>
  (await registerConflicts({ $crr: crr }, items)).map(({ values }) =>
    values.map(({ value }) => value).sort(),
  );

/** A client with a row that the server has, in which it has written every cell, and a copy of it. */
async function openCopied() {
  const server = await openServer();
  const original = await openFile();
  await original.db.insert(items).values(item('a', { votes: 2, status: 's0' }));
  await server.connect(original).sync();
  const copy = await openFile(backup(original));
  return { server, original, copy };
}

async function syncAll(server: Awaited<ReturnType<typeof openServer>>, ...sites: Restorable[]) {
  for (let round = 0; round < 3; round++)
    for (const site of sites) await server.connect(site).sync();
  const expected = await stateOf(server.site);
  for (const site of sites) expect(await stateOf(site)).toEqual(expected);
}

describe('a copy of a client, and its original', () => {
  test('that both add to a counter: both increments count', async () => {
    const { server, original, copy } = await openCopied();
    await add(original, 5);
    await add(copy, 3);
    await syncAll(server, original, copy);
    expect(await votesOf(server.site)).toEqual([10]);
    expect(await original.crr.siteId()).not.toEqual(await copy.crr.siteId());
  });

  test('of which the one that syncs later has written more often', async () => {
    const { server, original, copy } = await openCopied();
    await add(original, 5);
    for (const by of [1, 1, 1]) await add(copy, by);
    await syncAll(server, original, copy);
    expect(await votesOf(server.site)).toEqual([10]);
  });

  test('of which one syncs in between: nothing counts twice', async () => {
    const { server, original, copy } = await openCopied();
    await add(copy, 3);
    await server.connect(copy).sync();
    await add(copy, 4);
    await add(original, 5);
    await server.connect(original).sync();
    await add(original, 6);
    await add(copy, 7);
    await syncAll(server, original, copy);
    expect(await votesOf(server.site)).toEqual([2 + 3 + 4 + 5 + 6 + 7]);
  });

  test('that both write a register: both values stand, and the one before does not', async () => {
    const { server, original, copy } = await openCopied();
    await original.db.update(items).set({ status: 'o' });
    await copy.db.update(items).set({ status: 'c' });
    await syncAll(server, original, copy);
    expect(await statusesOf(server.site)).toEqual([['c', 'o']]);
  });

  test('of which only one writes a register, after the other has pushed: its value stands alone', async () => {
    const { server, original, copy } = await openCopied();
    await original.db.update(items).set({ title: 'o' });
    await server.connect(original).sync();
    await copy.db.update(items).set({ status: 'c' });
    await syncAll(server, original, copy);
    expect(await statusesOf(server.site)).toEqual([]);
    expect((await rowsOf(server.site))[0]).toMatchObject({ status: 'c', title: 'o' });
  });

  test('that push at the same moment', async () => {
    const { server, original, copy } = await openCopied();
    await add(original, 5);
    await add(copy, 3);
    await Promise.all([server.connect(original).sync(), server.connect(copy).sync()]);
    await syncAll(server, original, copy);
    expect(await votesOf(server.site)).toEqual([10]);
  });

  test('that write the cells of rows that the other one does not have', async () => {
    const { server, original, copy } = await openCopied();
    await original.db.insert(items).values(item('o', { votes: 1, status: 'x' }));
    await copy.db.insert(items).values(item('c', { votes: 2, status: 'y' }));
    await syncAll(server, original, copy);
    expect(await votesOf(server.site)).toEqual([2, 2, 1]);
  });
});

describe('a client that was restored from a backup', () => {
  test('and adds to a counter: what it had added since the backup counts, too', async () => {
    const { server, original, copy: restored } = await openCopied();
    await add(original, 7);
    await server.connect(original).sync();
    await add(restored, 4);
    await syncAll(server, restored);
    expect(await votesOf(server.site)).toEqual([13]);
  });

  test('and writes nothing, gets what it had pushed', async () => {
    const { server, original, copy: restored } = await openCopied();
    await add(original, 7);
    await original.db.insert(items).values(item('later'));
    await server.connect(original).sync();
    await syncAll(server, restored);
    expect(await votesOf(restored)).toEqual([9, 0]);
  });
});

describe('a client that is no copy keeps its id, and counts once', () => {
  const losing =
    (fetch: Fetch): Fetch =>
    async (request) => {
      await fetch(request);
      throw new Error('the answer is lost');
    };

  test('although answers get lost, and the process ends then', async () => {
    const server = await openServer();
    const client = await openFile();
    await client.db.insert(items).values(item('a'));
    const id = await client.crr.siteId();
    for (let i = 1; i <= 4; i++) {
      await add(client, i);
      await expect(connect(client, losing(server.fetch)).sync()).rejects.toThrow();
      if (i % 2 === 0) await add(client, 10);
      if (i === 3) await expect(connect(client, losing(server.fetch)).sync()).rejects.toThrow();
    }
    await syncAll(server, client);
    expect(await client.crr.siteId()).toEqual(id);
    expect(await votesOf(server.site)).toEqual([30]);
  });

  test('although an old request arrives again', async () => {
    const server = await openServer();
    const client = await openFile();
    const requests: Request[] = [];
    const fetch: Fetch = (request) => {
      requests.push(request.clone());
      return server.fetch(request);
    };
    await client.db.insert(items).values(item('a'));
    const sync = connect(client, fetch);
    for (const by of [1, 2, 3]) {
      await add(client, by);
      await sync.sync();
    }
    const id = await client.crr.siteId();
    for (const request of requests) expect((await server.fetch(request)).status).toBe(200);
    await add(client, 4);
    await sync.sync();
    await add(client, 5);
    await syncAll(server, client);
    expect(await client.crr.siteId()).toEqual(id);
    expect(await votesOf(server.site)).toEqual([15]);
  });

  test('although it syncs with two servers', async () => {
    const [one, two] = [await openServer(), await openServer()];
    const client = await openFile();
    const id = await client.crr.siteId();
    await client.db.insert(items).values(item('a'));
    for (const by of [1, 2, 3]) {
      for (const server of [one, two]) {
        await add(client, by);
        await connect(client, server.fetch, { url: `http://${server === one}` }).sync();
      }
    }
    expect(await client.crr.siteId()).toEqual(id);
    await connect(client, one.fetch, { url: 'http://true' }).sync();
    expect(await votesOf(one.site)).toEqual([12]);
    expect(await votesOf(two.site)).toEqual([12]);
  });
});

test.each(Array.from({ length: numberFromEnv('CRR_COPIES', 2) }, (_, i) => i))(
  'history %i of copied and restored clients: every increment that the server took counts once',
  async (index) => {
    const random = new Random(hash(seedFromEnv(), 'copied cells', index));
    const server = await openServer();
    const clients = [await openFile(), await openFile()];
    const votes = new Map<string, number>();
    /** What each client has added since its last sync. */
    const unsent = clients.map(() => new Map<string, number>());
    const deleted = new Set<string>();
    const sync = async (at: number) => {
      await server.connect(clients[at]!).sync();
      for (const [id, by] of unsent[at]!) votes.set(id, (votes.get(id) ?? 0) + by);
      unsent[at]!.clear();
    };
    const backups: string[] = [];
    for (let step = 0; step < 45; step++) {
      const at = random.int(clients.length);
      const client = clients[at]!;
      const here = await idsOf(client);
      const kind = random.int(11);
      if (kind < 2) {
        await client.db.insert(items).values(item(`i${step}`, { votes: 1 }));
        unsent[at]!.set(`i${step}`, 1);
      } else if (kind < 5 && here.length > 0) {
        const [id, by] = [random.pick(here), 1 + random.int(99)];
        const added = { votes: increment(items.votes, by) };
        await client.db.update(items).set(added).where(eq(items.id, id));
        unsent[at]!.set(id, (unsent[at]!.get(id) ?? 0) + by);
      } else if (kind === 5) {
        await writeAny(client, random);
      } else if (kind === 6 && here.length > 3) {
        const id = random.pick(here);
        await client.db.delete(items).where(eq(items.id, id));
        await sync(at);
        deleted.add(id);
      } else if (kind < 9) {
        await sync(at);
      } else {
        // Only what was synced is in a backup: the docs say what happens otherwise.
        await sync(at);
        backups.push(backup(client));
        const opened = await openFile(random.pick(backups));
        // A copy that lives on, or the backup in the place of a client.
        if (clients.length < 4) {
          clients.push(opened);
          unsent.push(new Map());
        } else clients[at] = opened;
      }
    }
    for (let round = 0; round < 3; round++) for (const at of clients.keys()) await sync(at);
    const expected = await stateOf(server.site);
    for (const client of clients) expect(await stateOf(client)).toEqual(expected);
    const shown = expected.rows.map(({ id, votes }) => [id, votes]);
    const wanted = [...votes].filter(([id]) => !deleted.has(id)).sort();
    expect(shown).toEqual(wanted.sort(([a], [b]) => (a! < b! ? -1 : 1)));
  },
);
