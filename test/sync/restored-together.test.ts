/** Servers and clients that are copied and restored from backups at the same time, with rights and filters. */
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { increment } from '../../src/index.js';
import { createSyncHandler, type SyncHandlerOptions } from '../../src/sync/index.js';
import { hash, numberFromEnv, Random, seedFromEnv } from '../support/random.js';
import {
  add,
  backup,
  idsOf,
  item,
  items,
  openFile,
  rowsOf,
  stateOf,
  writeAny,
} from './restorable.js';
import { connect } from './world.js';

const OPEN: Partial<SyncHandlerOptions> = { public: true };
const OF_ANN: Partial<SyncHandlerOptions> = { authorize: () => ({ id: 'ann' }) };

test.each(Array.from({ length: numberFromEnv('CRR_RESTORES', 3) }, (_, i) => i))(
  'history %i of copies and restores on both sides: all sites agree in the end',
  async (index) => {
    const random = new Random(hash(seedFromEnv(), 'restored together', index));
    const options = index % 2 === 0 ? OPEN : OF_ANN;
    const handlerOf = (db: Awaited<ReturnType<typeof openFile>>['db']) =>
      createSyncHandler({ db, ...options, onError: () => {} });
    let server = await openFile();
    let handler = handlerOf(server.db);
    const clients = [await openFile(), await openFile()];
    const sync = (at: number) => connect(clients[at]!, (request) => handler(request)).sync();
    const kept = { server: [backup(server)], client: [backup(clients[0]!)] };
    for (let step = 0; step < 45; step++) {
      const at = random.int(clients.length);
      const client = clients[at]!;
      const here = await idsOf(client);
      const kind = random.int(14);
      if (kind < 2) await client.db.insert(items).values(item(`i${step}`, { votes: 1 }));
      else if (kind < 4) await writeAny(client, random);
      else if (kind === 4) await add(client, 1 + random.int(9));
      else if (kind === 5 && here.length > 2) {
        await client.db.delete(items).where(eq(items.id, random.pick(here)));
      } else if (kind === 6) await server.db.insert(items).values(item(`s${step}`));
      else if (kind === 7) await add(server, 1);
      else if (kind === 8) kept.server.push(backup(server));
      else if (kind === 9) kept.client.push(backup(client));
      else if (kind === 10) {
        server = await openFile(random.pick(kept.server));
        handler = handlerOf(server.db);
      } else if (kind === 11) {
        const opened = await openFile(random.pick(kept.client));
        if (clients.length < 4) clients.push(opened);
        else clients[at] = opened;
      } else await sync(at);
    }
    for (let round = 0; round < 4; round++) for (const at of clients.keys()) await sync(at);
    const expected = await stateOf(server);
    for (const client of clients) expect(await stateOf(client)).toEqual(expected);
    for (const at of clients.keys()) expect(await sync(at)).toMatchObject({ pushed: 0, pulled: 0 });
  },
);

test('a copy of a client with rights takes along what it has written to its rows', async () => {
  const server = await openFile();
  const where = eq(items.title, 'mine');
  const handler = createSyncHandler({
    db: server.db,
    authorize: () => ({ id: 'ann', tables: { items: { where } } }),
  });
  const original = await openFile();
  await original.db.insert(items).values(item('a', { title: 'mine', votes: 2, status: 's' }));
  await connect(original, handler).sync();
  const copy = await openFile(backup(original));
  const votes = (by: number) => ({ votes: increment(items.votes, by) });
  await original.db.update(items).set(votes(5));
  await copy.db.update(items).set({ ...votes(3), status: 'c' });
  for (let round = 0; round < 3; round++)
    for (const site of [original, copy]) {
      expect(await connect(site, handler).sync()).toMatchObject({ refused: 0 });
    }
  for (const site of [server, original, copy]) {
    expect(await rowsOf(site)).toMatchObject([{ votes: 10, status: 'c' }]);
  }
});
