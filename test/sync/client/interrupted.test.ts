/** Syncs that are aborted, cut off or too large: what was exchanged stays, and the next sync goes on. */
import { expect, test } from 'vitest';
import { connect, contents, note, notes, openSite, type Site, serve } from '../world.js';

const expectSame = async (a: Site, b: Site) => expect(await contents(a)).toBe(await contents(b));

test('a sync under way can be aborted, and the next one finishes it', async () => {
  const [server, a] = [await openSite(), await openSite()];
  await server.db.insert(notes).values(Array.from({ length: 200 }, (_, i) => note(`n${i}`)));
  const abort = new AbortController();
  const sync = connect(a, serve(server), { chunkBytes: 2_000 });
  const end = sync.subscribe(({ type }) => {
    if (type === 'progress' && sync.counts.requests === 3) abort.abort();
  });
  await expect(sync.sync({ signal: abort.signal })).rejects.toMatchObject({
    code: 'CRR_SYNC_ABORTED',
  });
  end();
  const some = (await a.db.select().from(notes)).length;
  expect(some).toBeGreaterThan(0);
  expect(some).toBeLessThan(200);
  const rest = await sync.sync();
  expect(rest.pulled).toBe((200 - some) * 5);
  await expectSame(a, server);
});

test('a push that was cut off goes on where it was, compressed all the way', async () => {
  const [server, a] = [await openSite(), await openSite()];
  const rows = Array.from({ length: 400 }, (_, i) => note(`n${i}`, { body: 'word '.repeat(40) }));
  // One transaction, larger than a chunk: it is cut between rows.
  await a.db.insert(notes).values(rows);
  const handler = serve(server);
  let left = 3;
  const cut = connect(
    a,
    (request) => (left-- > 0 ? handler(request) : Promise.reject(new TypeError('cut off'))),
    { chunkBytes: 8_000 },
  );
  await expect(cut.sync()).rejects.toMatchObject({ code: 'CRR_SYNC_NETWORK' });
  const some = (await server.db.select().from(notes)).length;
  expect(some).toBeGreaterThan(0);
  expect(some).toBeLessThan(400);
  // A new client, as after a crash: what it knows is in its database.
  const rest = await connect(a, handler, { chunkBytes: 8_000 }).sync();
  expect(rest.pushed).toBe((400 - some) * 5);
  expect(rest.bytesSent).toBeLessThan(((400 - some) * 'word '.length * 40) / 3);
  await expectSame(a, server);
});

test('an answer that is larger than the client takes is refused, and nothing of it merged', async () => {
  const [server, a] = [await openSite(), await openSite()];
  await server.db.insert(notes).values(note('1', { body: 'x'.repeat(50_000) }));
  const small = connect(a, serve(server), { maxMessageBytes: 20_000 });
  await expect(small.sync()).rejects.toMatchObject({ code: 'CRR_SYNC_TOO_LARGE' });
  // The small cells of the row were in an answer before.
  expect(await a.db.select().from(notes)).toMatchObject([{ id: '1', owner: 'ann', body: null }]);
  await connect(a, serve(server)).sync();
  await expectSame(a, server);
});
